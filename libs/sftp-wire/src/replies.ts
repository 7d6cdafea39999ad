import { Fault } from '@inland/kernel';
import { FieldReader } from './field-reader.ts';
import { packetType } from './packet-type.ts';
import { fieldsOffset, type SftpPacket } from './sftp-decoder.ts';
import { knownExtensions } from './requests.ts';

/** What a server answers (§7), as far as a gateway must know. */
export type SftpReply =
  | { readonly kind: 'version' | 'other' }
  | { readonly kind: 'status'; readonly code: number }
  | { readonly kind: 'handle'; readonly handle: string }
  | { readonly kind: 'data'; readonly data: Buffer }
  /** NAME: the first name alone. */
  | { readonly kind: 'name'; readonly path: Buffer | undefined };

/** Reads a reply. Faults with `protocol_violation` when its fields are not whole. */
export function readReply({ type, raw }: SftpPacket): SftpReply {
  if (type === packetType.VERSION) return { kind: 'version' };
  const reader = new FieldReader(raw, fieldsOffset + 4);
  switch (type) {
    case packetType.STATUS:
      return { kind: 'status', code: reader.uint32() };
    case packetType.HANDLE:
      return { kind: 'handle', handle: reader.bytes().toString('latin1') };
    case packetType.DATA:
      return { kind: 'data', data: reader.bytes() };
    case packetType.NAME:
      return { kind: 'name', path: reader.uint32() === 0 ? undefined : reader.bytes() };
    default:
      return { kind: 'other' };
  }
}

/** The version that is read here; what later ones lay out differently would be misread. */
const version = 3;

/**
 * A VERSION without the extensions that are not understood: uint32 version · (string name · string data)*. Faults with
 * `protocol_violation` when it is not version 3.
 */
export function withKnownExtensions({ raw }: SftpPacket): Buffer {
  const reader = new FieldReader(raw, fieldsOffset);
  if (reader.uint32() !== version) throw new Fault('protocol_violation', 'the target speaks another version of SFTP');
  const kept = [raw.subarray(4, reader.position)];
  while (reader.position < raw.length) {
    const from = reader.position;
    const name = reader.text();
    reader.bytes();
    if (knownExtensions.has(name)) kept.push(raw.subarray(from, reader.position));
  }
  return withLength(kept);
}

/** STATUS: uint32 id · uint32 code · string message · string language. */
export function statusReply(id: number, code: number, message: string): Buffer {
  const text = Buffer.from(message);
  const head = Buffer.alloc(13);
  head.writeUInt8(packetType.STATUS, 0);
  head.writeUInt32BE(id, 1);
  head.writeUInt32BE(code, 5);
  head.writeUInt32BE(text.length, 9);
  return withLength([head, text, Buffer.alloc(4)]);
}

/** INIT: uint32 version. */
export function initRequest(): Buffer {
  return withLength([Buffer.of(packetType.INIT, 0, 0, 0, version)]);
}

/** REALPATH: uint32 id · string path. */
export function realpathRequest(id: number, path: Buffer): Buffer {
  return pathRequest(packetType.REALPATH, id, path);
}

/** LSTAT: uint32 id · string path. */
export function lstatRequest(id: number, path: Buffer): Buffer {
  return pathRequest(packetType.LSTAT, id, path);
}

function pathRequest(type: number, id: number, path: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(id, 1);
  head.writeUInt32BE(path.length, 5);
  return withLength([head, path]);
}

function withLength(parts: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([length, ...parts]);
}
