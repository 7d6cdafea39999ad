import { Fault } from '@inland/kernel';
import { packetType } from './packet-type.ts';

/** One packet: uint32 length (itself not included) · byte type · fields. Not to be changed. */
export interface SftpPacket {
  readonly type: number;
  /** The number that ties an answer to its request; undefined for INIT and VERSION. */
  readonly id: number | undefined;
  /** All its bytes, the length included. */
  readonly raw: Buffer;
}

/** Where the fields begin that follow the type. */
export const fieldsOffset = 5;
/** DATA: uint32 id · string data. */
const dataOffset = fieldsOffset + 8;
/** OpenSSH's limit is 256 KiB; a packet that carries as much data has a head besides. */
const packetBytesMax = 256 * 1024 + 1024;

/** Bytes in, whole packets out. After a fault the decoder is of no more use. */
export class SftpDecoder {
  #parts: Buffer[] = [];
  #bytes = 0;
  #wanted = 4;

  /** Bytes that are kept because their packet is not whole. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  push(chunk: Buffer): SftpPacket[] {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted) return [];
    const all = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#bytes);
    const packets: SftpPacket[] = [];
    let at = 0;
    for (;;) {
      this.#wanted = lengthAt(all, at);
      if (all.length - at < this.#wanted) break;
      packets.push(packetOf(all.subarray(at, at + this.#wanted)));
      at += this.#wanted;
    }
    this.#parts = at === all.length ? [] : [all.subarray(at)];
    this.#bytes = all.length - at;
    return packets;
  }

  /**
   * Of a DATA packet that is not whole: its number, the bytes that are there, the last of them a file's, and how many
   * are missing. They are out of the decoder then, and the missing ones must not come into it. Undefined when what is
   * kept is something else, or its number is not taken.
   */
  takeData(
    takes: (id: number) => boolean,
  ): { readonly id: number; readonly raw: Buffer; readonly data: Buffer; readonly missing: number } | undefined {
    const raw = this.#parts[0];
    if (this.#parts.length !== 1 || raw === undefined || raw.length < dataOffset) return undefined;
    if (raw.readUInt8(4) !== packetType.DATA || raw.readUInt32BE(9) !== this.#wanted - dataOffset) return undefined;
    if (!takes(raw.readUInt32BE(fieldsOffset))) return undefined;
    const missing = this.#wanted - raw.length;
    this.#parts = [];
    this.#bytes = 0;
    this.#wanted = 4;
    return { id: raw.readUInt32BE(fieldsOffset), raw, data: raw.subarray(dataOffset), missing };
  }
}

/** The bytes of the packet there; those of its length, while that is not whole. */
function lengthAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < 4) return 4;
  const length = bytes.readUInt32BE(at) + 4;
  if (length < fieldsOffset) throw new Fault('protocol_violation', 'an SFTP packet without a type');
  if (length > packetBytesMax)
    throw new Fault('protocol_violation', `an SFTP packet is longer than ${packetBytesMax} bytes`);
  return length;
}

function packetOf(raw: Buffer): SftpPacket {
  const type = raw.readUInt8(4);
  if (type === packetType.INIT || type === packetType.VERSION) return { type, id: undefined, raw };
  if (raw.length < fieldsOffset + 4) throw new Fault('protocol_violation', 'an SFTP packet without a number');
  return { type, id: raw.readUInt32BE(fieldsOffset), raw };
}
