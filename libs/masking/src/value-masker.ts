import { detectorsNamed, findAll } from './detectors.ts';
import type { Detector, Finding } from './detector.ts';

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
    const findings = findAll(this.#detectors, latin1(value), '');
    return findings.length === 0
      ? { data: value, masked: 0 }
      : { data: overwrite(value, findings), masked: findings.length };
  }

  maskText(text: string): { readonly text: string; readonly masked: number } {
    const { data, masked } = this.mask(Buffer.from(text));
    return { text: masked === 0 ? text : Buffer.from(data).toString('utf8'), masked };
  }
}

/** Bytes as text of the same length. */
export function latin1(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
}

/** A copy of the bytes with the findings masked. */
export function overwrite(data: Uint8Array, findings: readonly Finding[]): Buffer {
  const copy = Buffer.from(data);
  for (const { start, masked } of findings) copy.write(masked, start, 'latin1');
  return copy;
}
