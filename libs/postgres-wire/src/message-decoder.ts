import { Fault } from '@inland/kernel';
import { messageBytesMax } from './wire-limits.ts';

/** A message of protocol 3.0: its type as a letter, and all its bytes (type, Int32 length, body), not to be changed. */
export interface WireMessage {
  readonly type: string;
  readonly raw: Buffer;
}

/** Messages of one type that lie one behind the other: `count` of them in `raw`. */
export interface WireRun extends WireMessage {
  readonly count: number;
}

/** Where a message's fields begin: after the type byte and the Int32 length. */
export const bodyOffset = 5;

/**
 * Byte1 type · Int32 length (itself included, the type not) · body. Bytes in, whole messages out; a message that lies
 * within one chunk is a view of it. A length below 4 or above the limit, and a type that this side of the protocol
 * does not have, fault with `protocol_violation`, before the body is waited for; the decoder is then of no more use.
 */
class MessageDecoder {
  /** By the type's byte: 1 when this side has it. */
  readonly #types: Uint8Array;
  readonly #bytesMax: number;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #wanted = 1;

  constructor(types: string, bytesMax: number) {
    this.#types = new Uint8Array(256);
    for (const type of Buffer.from(types)) this.#types[type] = 1;
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are kept because their message is not whole. */
  get pendingBytes(): number {
    return this.#partsBytes;
  }

  push(chunk: Uint8Array): WireMessage[] {
    return this.pushTogether(chunk, nothing);
  }

  /** As {@link push}; messages of these types, by their bytes, are given together when they lie one behind the other. */
  protected pushTogether(chunk: Uint8Array, together: readonly number[]): WireRun[] {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#parts.push(bytes);
    this.#partsBytes += bytes.length;
    if (this.#partsBytes < this.#wanted) return [];
    const all = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts, this.#partsBytes);
    const runs: WireRun[] = [];
    let at = 0;
    while (this.#wholeAt(all, at)) {
      const from = at;
      const type = all[at] ?? 0;
      let count = 0;
      do {
        at += this.#wanted;
        count += 1;
      } while (together.includes(type) && all[at] === type && this.#wholeAt(all, at));
      runs.push({ type: String.fromCharCode(type), raw: all.subarray(from, at), count });
    }
    this.#parts = at === all.length ? [] : [all.subarray(at)];
    this.#partsBytes = all.length - at;
    return runs;
  }

  /** Whether a whole message is here; its length is then what is wanted. */
  #wholeAt(bytes: Buffer, at: number): boolean {
    const left = bytes.length - at;
    this.#wanted = left === 0 ? 1 : this.#lengthAt(bytes, at);
    return left >= this.#wanted;
  }

  /** How many bytes the message takes in all; its head's, while that is not whole. */
  #lengthAt(bytes: Buffer, at: number): number {
    if (this.#types[bytes[at] ?? 0] !== 1)
      throw new Fault('protocol_violation', 'a PostgreSQL message of no known type');
    if (bytes.length - at < bodyOffset) return bodyOffset;
    const length = bytes.readUInt32BE(at + 1);
    if (length < 4) throw new Fault('protocol_violation', 'a PostgreSQL message is shorter than its own length field');
    if (length + 1 > this.#bytesMax)
      throw new Fault('protocol_violation', `a PostgreSQL message is longer than ${this.#bytesMax} bytes`);
    return length + 1;
  }
}

/** Bind, Close, CopyData, CopyDone, CopyFail, Describe, Execute, Flush, FunctionCall, Parse, Password, Query, Sync, Terminate. */
const frontendTypes = 'BCdcfDEHFPpQSX';
/** What a server sends after its startup: see the chapter "Message Formats". */
const backendTypes = 'RKSZTDCInt123sENAGHWdcVv';
const nothing: readonly number[] = [];
/** DataRow and CopyData, of which there may be a million. */
const manyOf: readonly number[] = [0x44, 0x64];

/** Decodes what a client sends after its startup packet. */
export class FrontendDecoder extends MessageDecoder {
  constructor(bytesMax: number = messageBytesMax) {
    super(frontendTypes, bytesMax);
  }
}

/** Decodes what a server sends after its answer to an SSLRequest. */
export class BackendDecoder extends MessageDecoder {
  constructor(bytesMax: number = messageBytesMax) {
    super(backendTypes, bytesMax);
  }

  /** As {@link push}, but DataRows, or CopyData, that lie one behind the other in what came are one. */
  pushRuns(chunk: Uint8Array): WireRun[] {
    return this.pushTogether(chunk, manyOf);
  }
}
