import { Fault } from '@inland/kernel';

/** Reads the fields of a packet in order. Every read past the end faults with `protocol_violation`. */
export class FieldReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, from: number) {
    this.#bytes = bytes;
    this.#at = from;
  }

  get position(): number {
    return this.#at;
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8));
  }

  /** A string: uint32 length · bytes. A view. */
  bytes(): Buffer {
    const length = this.uint32();
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** A string as text: names of files are bytes, mostly UTF-8; those that are not are still told apart. */
  text(): string {
    const bytes = this.bytes();
    const text = bytes.toString('utf8');
    return text.includes('\ufffd') ? bytes.toString('latin1') : text;
  }

  #take(length: number): number {
    if (length > this.#bytes.length - this.#at)
      throw new Fault('protocol_violation', 'an SFTP packet is shorter than its fields');
    const from = this.#at;
    this.#at += length;
    return from;
  }
}
