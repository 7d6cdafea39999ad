import { Fault } from '@inland/kernel';
import { messageBytesMax } from './wire-limits.ts';

/** A message of protocol 3.0: its type as a letter, and all its bytes (type, Int32 length, body), not to be changed. */
export interface WireMessage {
  readonly type: string;
  readonly raw: Buffer;
}

/** Where a message's fields begin: after the type byte and the Int32 length. */
export const bodyOffset = 5;

/**
 * Byte1 type · Int32 length (itself included, the type not) · body. Bytes in, whole messages out; a message that lies
 * within one chunk is a view of it. A length below 4 or above the limit, and a type that this side of the protocol
 * does not have, fault with `protocol_violation`, before the body is waited for; the decoder is then of no more use.
 */
class MessageDecoder {
  readonly #types: ReadonlySet<string>;
  readonly #bytesMax: number;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #wanted = 1;

  constructor(types: ReadonlySet<string>, bytesMax: number) {
    this.#types = types;
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are kept because their message is not whole. */
  get pendingBytes(): number {
    return this.#partsBytes;
  }

  push(chunk: Uint8Array): WireMessage[] {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#parts.push(bytes);
    this.#partsBytes += bytes.length;
    if (this.#partsBytes < this.#wanted) return [];
    const all = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts, this.#partsBytes);
    const messages: WireMessage[] = [];
    let at = 0;
    for (;;) {
      const left = all.length - at;
      this.#wanted = left === 0 ? 1 : this.#lengthAt(all, at);
      if (left < this.#wanted || left === 0) break;
      messages.push({ type: String.fromCharCode(all[at] ?? 0), raw: all.subarray(at, at + this.#wanted) });
      at += this.#wanted;
    }
    this.#parts = at === all.length ? [] : [all.subarray(at)];
    this.#partsBytes = all.length - at;
    return messages;
  }

  /** How many bytes the message takes in all; its head's, while that is not whole. */
  #lengthAt(bytes: Buffer, at: number): number {
    const type = String.fromCharCode(bytes[at] ?? 0);
    if (!this.#types.has(type)) throw new Fault('protocol_violation', 'a PostgreSQL message of no known type');
    if (bytes.length - at < bodyOffset) return bodyOffset;
    const length = bytes.readUInt32BE(at + 1);
    if (length < 4) throw new Fault('protocol_violation', 'a PostgreSQL message is shorter than its own length field');
    if (length + 1 > this.#bytesMax)
      throw new Fault('protocol_violation', `a PostgreSQL message is longer than ${this.#bytesMax} bytes`);
    return length + 1;
  }
}

/** Bind, Close, CopyData, CopyDone, CopyFail, Describe, Execute, Flush, FunctionCall, Parse, Password, Query, Sync, Terminate. */
const frontendTypes = new Set('BCdcfDEHFPpQSX');
/** What a server sends after its startup: see the chapter "Message Formats". */
const backendTypes = new Set('RKSZTDCInt123sENAGHWdcVv');

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
}
