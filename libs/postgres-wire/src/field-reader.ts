import { Fault } from '@inland/kernel';

/** Reads the fields of one message in order. Every read past the end faults with `protocol_violation`. */
export class FieldReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, from = 0) {
    this.#bytes = bytes;
    this.#at = from;
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  /** An Int16 that counts something: PostgreSQL reads it unsigned. */
  count(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** The next `length` bytes: a view, not a copy. */
  bytes(length: number): Buffer {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** A String of the protocol: up to a zero byte. */
  text(): string {
    const zero = this.#bytes.indexOf(0, this.#at);
    if (zero < 0) throw new Fault('protocol_violation', 'a text in a PostgreSQL message has no end');
    const text = this.#bytes.toString('utf8', this.#at, zero);
    this.#at = zero + 1;
    return text;
  }

  /** Faults when something is left: a message that says more than its grammar hides something. */
  end(): void {
    if (this.remaining > 0) throw new Fault('protocol_violation', 'a PostgreSQL message is longer than its fields');
  }

  #take(length: number): number {
    if (length < 0 || length > this.remaining)
      throw new Fault('protocol_violation', 'a PostgreSQL message is shorter than its fields');
    const from = this.#at;
    this.#at += length;
    return from;
  }
}
