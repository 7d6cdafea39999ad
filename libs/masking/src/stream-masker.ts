import { detectorsNamed, findAll, type Finding } from './detectors.ts';
import { valueBytesMax, type Detector } from './detector.ts';
import { masked, type Masked } from './value-masker.ts';

const nothing = new Uint8Array(0);

/**
 * Masks a stream of bytes. What comes out is the same however the stream was cut: the end of a chunk is held back while
 * it might be the beginning of a value (at most 640 bytes), until more comes or {@link flush} is called.
 */
export class StreamMasker {
  readonly #detectors: readonly Detector[];
  #held: Uint8Array = nothing;
  /** The byte that was given last: a value does not begin in the middle of a number or a word. */
  #before = -1;

  constructor(detectors: readonly string[]) {
    this.#detectors = detectorsNamed(detectors);
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  /** Gives what may pass. Bytes that are held back come with a later call. */
  write(chunk: Uint8Array): Masked {
    if (this.#detectors.length === 0) return { data: chunk, masked: 0 };
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const findings = findAll(this.#detectors, data, this.#before);
    const end = Buffer.from(data.subarray(-valueBytesMax)).toString('latin1');
    let cut = data.length - Math.max(...this.#detectors.map((detector) => detector.heldAtEnd(end)));
    for (const { start, end } of findings) if (start < cut && end > cut) cut = start;
    return this.#give(
      data,
      cut,
      findings.filter(({ end }) => end <= cut),
    );
  }

  /** Gives everything that is held back: the stream ended, or nobody can wait any longer. */
  flush(): Masked {
    const data = this.#held;
    if (data.length === 0) return { data: nothing, masked: 0 };
    return this.#give(data, data.length, findAll(this.#detectors, data, this.#before));
  }

  #give(data: Uint8Array, cut: number, findings: readonly Finding[]): Masked {
    this.#held = cut === data.length ? nothing : Buffer.from(data.subarray(cut));
    const given = data.subarray(0, cut);
    if (cut > 0) this.#before = data[cut - 1] ?? -1;
    return { data: findings.length === 0 ? given : masked(given, findings), masked: findings.length };
  }
}
