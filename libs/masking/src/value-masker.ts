import { candidatePlaces } from './candidate-places.ts';
import { isDigit, type Detector } from './detector.ts';
import { detectorsNamed, findAll, wantedBy, type Finding } from './detectors.ts';

export interface Masked {
  /** As many bytes as came in. The same object when nothing was found. */
  readonly data: Uint8Array;
  /** How many values were masked. */
  readonly masked: number;
}

/** Masks values that stand alone: a column of a row, the text of a message. */
export class ValueMasker {
  readonly #detectors: readonly Detector[];

  constructor(detectors: readonly string[]) {
    this.#detectors = detectorsNamed(detectors);
  }

  mask(value: Uint8Array): Masked {
    if (value.length < 6 || this.#detectors.length === 0) return { data: value, masked: 0 };
    const findings = findAll(this.#detectors, value, -1);
    return findings.length === 0
      ? { data: value, masked: 0 }
      : { data: masked(value, findings), masked: findings.length };
  }

  /**
   * For bytes that hold many values one behind the other: tells, asked for places in rising order, where next one might
   * be that is masked. A value that begins at the place or later reaches beyond what is given; the length when there is
   * none. So what lies between needs no look.
   */
  candidates(bytes: Uint8Array): (from: number) => number {
    const places = candidatePlaces(bytes, wantedBy(this.#detectors));
    let next = 0;
    return (from) => {
      if (from > 0 && isInNumber(bytes[from])) return from; // of a number that began before a part may be one too
      for (; next < places.length; next += 1) {
        const place = places[next] ?? 0;
        if (place >= from && this.#detectors.some((detector) => detector.mayBe(bytes, place))) return place;
      }
      return bytes.length;
    };
  }

  maskText(text: string): { readonly text: string; readonly masked: number } {
    const { data, masked: count } = this.mask(Buffer.from(text));
    return { text: count === 0 ? text : Buffer.from(data).toString('utf8'), masked: count };
  }
}

const isInNumber = (byte: number | undefined): boolean => isDigit(byte) || byte === 0x20 || byte === 0x2d;

/** A copy of the bytes with the findings masked. */
export function masked(bytes: Uint8Array, findings: readonly Finding[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const finding of findings) finding.detector.mask(copy, finding);
  return copy;
}
