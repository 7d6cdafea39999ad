import type { Readable } from 'node:stream';
import { Fault } from '@inland/kernel';

/** Takes bytes from a stream as they are asked for: what is not asked for is not read. */
export class ByteSource {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  }

  /** At most so many bytes, as they come; undefined at the end. */
  async some(max: number): Promise<Buffer | undefined> {
    if (!(await this.#filled())) return undefined;
    const taken = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Up to a line feed, which is taken and left out; undefined at the end. Faults with `protocol_violation` over the limit. */
  async line(bytesMax: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for (let bytes = 0; ;) {
      if (!(await this.#filled())) return undefined;
      const end = this.#rest.indexOf(0x0a);
      const part = end === -1 ? this.#rest : this.#rest.subarray(0, end);
      bytes += part.length;
      if (bytes > bytesMax) throw new Fault('protocol_violation', `a line is longer than ${bytesMax} bytes`);
      parts.push(part);
      this.#rest = this.#rest.subarray(part.length + (end === -1 ? 0 : 1));
      if (end !== -1) return Buffer.concat(parts);
    }
  }

  /** The next byte, which stays; undefined at the end. */
  async peek(): Promise<number | undefined> {
    return (await this.#filled()) ? this.#rest[0] : undefined;
  }

  /** Whether bytes have come that were not asked for. */
  get isAhead(): boolean {
    return this.#rest.length > 0 || this.#stream.readableLength > 0;
  }

  async #filled(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    }
    return true;
  }
}
