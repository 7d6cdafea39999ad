import { createHash } from 'node:crypto';
import { flawed } from './flaw.ts';

/** Takes exact amounts from a stream of bytes, and knows the SHA-256 of all that was taken. */
export class ByteSource {
  readonly #from: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #hash = createHash('sha256');
  #parts: Uint8Array[] = [];
  #held = 0;
  #ended = false;

  constructor(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#from = Symbol.asyncIterator in bytes ? bytes[Symbol.asyncIterator]() : bytes[Symbol.iterator]();
  }

  /** Exactly `length` bytes. Faults with `truncated`, naming `what` was being read. */
  async take(length: number, what: string): Promise<Buffer> {
    await this.#fill(length);
    if (this.#held < length) throw flawed('truncated', `the recording ends within ${what}`);
    const [first] = this.#parts;
    const all =
      this.#parts.length === 1 && first !== undefined
        ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
        : Buffer.concat(this.#parts);
    const taken = all.subarray(0, length);
    const rest = all.subarray(length);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
    this.#hash.update(taken);
    return taken;
  }

  /** Whether nothing is left. */
  async atEnd(): Promise<boolean> {
    await this.#fill(1);
    return this.#held === 0;
  }

  /** The SHA-256 of everything taken so far. */
  digest(): Buffer {
    return this.#hash.copy().digest();
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#from.return?.();
  }

  async #fill(length: number): Promise<void> {
    while (this.#held < length && !this.#ended) {
      const { done, value } = await this.#from.next();
      if (done === true) {
        this.#ended = true;
        return;
      }
      this.#parts.push(value);
      this.#held += value.length;
    }
  }
}
