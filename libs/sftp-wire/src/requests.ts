import { Fault } from '@inland/kernel';
import { FieldReader } from './field-reader.ts';
import { packetType } from './packet-type.ts';
import { fieldsOffset, type SftpPacket } from './sftp-decoder.ts';

/** What a client asks (§6). Paths as it writes them; handles as text that is the same for the same bytes. */
export type SftpRequest =
  | { readonly kind: 'init' }
  | { readonly kind: 'open'; readonly path: Buffer; readonly flags: number }
  | { readonly kind: 'opendir'; readonly path: Buffer }
  | { readonly kind: 'close' | 'fstat' | 'fsetstat' | 'readdir'; readonly handle: string }
  | { readonly kind: 'read'; readonly handle: string; readonly offset: bigint; readonly length: number }
  | { readonly kind: 'write'; readonly handle: string; readonly offset: bigint; readonly data: Buffer }
  | {
      readonly kind:
        | 'stat'
        | 'lstat'
        | 'readlink'
        | 'realpath'
        | 'setstat'
        | 'lsetstat'
        | 'remove'
        | 'mkdir'
        | 'rmdir'
        | 'statvfs';
      readonly path: Buffer;
    }
  /** `from` is the one that there is, for links too: their drafts and OpenSSH's order differ. */
  | { readonly kind: 'rename' | 'hardlink' | 'symlink'; readonly from: Buffer; readonly to: Buffer }
  /** Extensions about handles, or about nothing that lies in a file. */
  | { readonly kind: 'extended'; readonly name: string; readonly handles: readonly string[] }
  | { readonly kind: 'unsupported'; readonly name: string };

/** Extensions whose requests are understood here (OpenSSH's PROTOCOL §4). */
export const knownExtensions: ReadonlySet<string> = new Set([
  'posix-rename@openssh.com',
  'statvfs@openssh.com',
  'fstatvfs@openssh.com',
  'hardlink@openssh.com',
  'fsync@openssh.com',
  'lsetstat@openssh.com',
  'limits@openssh.com',
  'expand-path@openssh.com',
  'copy-data',
  'home-directory',
  'users-groups-by-id@openssh.com',
]);

/** Reads a request. Faults with `protocol_violation` when its fields are not whole, or a client does not send such a packet. */
export function readRequest({ type, raw }: SftpPacket): SftpRequest {
  if (type === packetType.INIT) return { kind: 'init' };
  const reader = new FieldReader(raw, fieldsOffset + 4);
  const handle = (): string => reader.bytes().toString('latin1');
  switch (type) {
    case packetType.OPEN:
      return { kind: 'open', path: reader.bytes(), flags: reader.uint32() };
    case packetType.CLOSE:
      return { kind: 'close', handle: handle() };
    case packetType.READ:
      return { kind: 'read', handle: handle(), offset: reader.uint64(), length: reader.uint32() };
    case packetType.WRITE:
      return { kind: 'write', handle: handle(), offset: reader.uint64(), data: reader.bytes() };
    case packetType.FSTAT:
      return { kind: 'fstat', handle: handle() };
    case packetType.FSETSTAT:
      return { kind: 'fsetstat', handle: handle() };
    case packetType.READDIR:
      return { kind: 'readdir', handle: handle() };
    case packetType.OPENDIR:
      return { kind: 'opendir', path: reader.bytes() };
    case packetType.RENAME:
      return { kind: 'rename', from: reader.bytes(), to: reader.bytes() };
    case packetType.SYMLINK: // OpenSSH's order: the target of the link first
      return { kind: 'symlink', from: reader.bytes(), to: reader.bytes() };
    case packetType.EXTENDED:
      return extended(reader.text(), reader);
    default: {
      const kind = byPath.get(type);
      if (kind === undefined)
        throw new Fault('protocol_violation', `a client does not send SFTP packets of type ${type}`);
      return { kind, path: reader.bytes() };
    }
  }
}

const byPath = new Map<
  number,
  Extract<SftpRequest, { path: Buffer }>['kind'] &
    ('stat' | 'lstat' | 'readlink' | 'realpath' | 'setstat' | 'remove' | 'mkdir' | 'rmdir')
>([
  [packetType.LSTAT, 'lstat'],
  [packetType.SETSTAT, 'setstat'],
  [packetType.REMOVE, 'remove'],
  [packetType.MKDIR, 'mkdir'],
  [packetType.RMDIR, 'rmdir'],
  [packetType.REALPATH, 'realpath'],
  [packetType.STAT, 'stat'],
  [packetType.READLINK, 'readlink'],
]);

function extended(name: string, reader: FieldReader): SftpRequest {
  switch (name) {
    case 'posix-rename@openssh.com':
      return { kind: 'rename', from: reader.bytes(), to: reader.bytes() };
    case 'hardlink@openssh.com':
      return { kind: 'hardlink', from: reader.bytes(), to: reader.bytes() };
    case 'statvfs@openssh.com':
      return { kind: 'statvfs', path: reader.bytes() };
    case 'lsetstat@openssh.com':
      return { kind: 'lsetstat', path: reader.bytes() };
    case 'expand-path@openssh.com':
      return { kind: 'realpath', path: reader.bytes() };
    case 'fsync@openssh.com':
    case 'fstatvfs@openssh.com':
      return { kind: 'extended', name, handles: [reader.bytes().toString('latin1')] };
    case 'copy-data': {
      const from = reader.bytes().toString('latin1');
      reader.uint64();
      reader.uint64();
      return { kind: 'extended', name, handles: [from, reader.bytes().toString('latin1')] };
    }
    default:
      return knownExtensions.has(name) ? { kind: 'extended', name, handles: [] } : { kind: 'unsupported', name };
  }
}
