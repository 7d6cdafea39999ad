/** Reads the values of RFC 4251 §5 one after the other; undefined, from then on always, when there is no such value. */
export class SshReader {
  readonly #data: Buffer;
  #at = 0;
  #broken = false;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.length);
  }

  /** Whether all was read, and nothing was missing. */
  get isAtEnd(): boolean {
    return !this.#broken && this.#at === this.#data.length;
  }

  get hasMore(): boolean {
    return !this.#broken && this.#at < this.#data.length;
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at;
  }

  bytes(): Buffer | undefined {
    const length = this.#take(4)?.readUInt32BE(0);
    return length === undefined ? undefined : this.#take(length);
  }

  text(): string | undefined {
    return this.bytes()?.toString('utf8');
  }

  uint32(): number | undefined {
    return this.#take(4)?.readUInt32BE(0);
  }

  uint64(): bigint | undefined {
    return this.#take(8)?.readBigUInt64BE(0);
  }

  #take(length: number): Buffer | undefined {
    if (this.#broken || this.#data.length - this.#at < length) {
      this.#broken = true;
      return undefined;
    }
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }
}

/** `string` of RFC 4251 §5. */
export function sshString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export function sshUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function sshUint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
