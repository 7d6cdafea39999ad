import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  initRequest,
  lstatRequest,
  readReply,
  readRequest,
  realpathRequest,
  SftpDecoder,
  statusReply,
  withKnownExtensions,
  type SftpPacket,
} from './index.ts';

/** As OpenSSH's sftp and sftp-server send them. */
const string = (text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const uint32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer).swap32();
const uint64 = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer).swap64();
const packet = (type: number, ...fields: readonly Buffer[]): Buffer =>
  string(Buffer.concat([Buffer.of(type), ...fields]));
const id = uint32(7);
const attributes = uint32(0);
const requests = [
  packet(1, uint32(3)),
  packet(3, id, string('/etc/passwd'), uint32(1), attributes),
  packet(4, id, string('h1')),
  packet(5, id, string('h1'), uint64(4294967296n), uint32(32768)),
  packet(6, id, string('h1'), uint64(0n), string('data')),
  packet(11, id, string('dir')),
  packet(18, id, string('a'), string('b')),
  packet(20, id, string('target'), string('link')),
  packet(200, id, string('posix-rename@openssh.com'), string('a'), string('b')),
  packet(200, id, string('copy-data'), string('h1'), uint64(0n), uint64(0n), string('h2'), uint64(0n)),
  packet(200, id, string('limits@openssh.com')),
  packet(200, id, string('unheard-of@example.org'), string('x')),
];
const decode = (bytes: Buffer): SftpPacket[] => new SftpDecoder().push(bytes);

describe('packets', () => {
  it('come out whole, wherever their bytes are cut', () => {
    const all = Buffer.concat(requests);
    for (let cut = 0; cut <= all.length; cut += 1) {
      const decoder = new SftpDecoder();
      const packets = [...decoder.push(all.subarray(0, cut)), ...decoder.push(all.subarray(cut))];
      expect(packets.map(({ raw }) => raw.toString('hex'))).toEqual(requests.map((raw) => raw.toString('hex')));
      expect(decoder.pendingBytes).toBe(0);
    }
  });

  it('come out byte by byte as well', () => {
    const decoder = new SftpDecoder();
    const packets = Array.from(Buffer.concat(requests)).flatMap((byte) => decoder.push(Buffer.of(byte)));
    expect(packets).toHaveLength(requests.length);
  });

  it.each([
    ['no type', Buffer.from('00000000', 'hex')],
    ['no number', Buffer.from('0000000103', 'hex')],
    ['more than is allowed', Buffer.from('00100000', 'hex')],
  ])('that have %s are refused before they are waited for', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
  });
});

describe('requests', () => {
  it('say what is asked', () => {
    const read = requests.map((raw) => readRequest(decode(raw)[0] as SftpPacket));
    expect(read).toEqual([
      { kind: 'init' },
      { kind: 'open', path: Buffer.from('/etc/passwd'), flags: 1 },
      { kind: 'close', handle: 'h1' },
      { kind: 'read', handle: 'h1', offset: 4294967296n, length: 32768 },
      { kind: 'write', handle: 'h1', offset: 0n, data: Buffer.from('data') },
      { kind: 'opendir', path: Buffer.from('dir') },
      { kind: 'rename', from: Buffer.from('a'), to: Buffer.from('b') },
      { kind: 'symlink', from: Buffer.from('target'), to: Buffer.from('link') },
      { kind: 'rename', from: Buffer.from('a'), to: Buffer.from('b') },
      { kind: 'extended', name: 'copy-data', handles: ['h1', 'h2'] },
      { kind: 'extended', name: 'limits@openssh.com', handles: [] },
      { kind: 'unsupported', name: 'unheard-of@example.org' },
    ]);
  });

  it('whose fields are cut, and packets of a server, are refused', () => {
    for (const raw of requests.slice(1))
      for (let cut = 9; cut < raw.length; cut += 1) {
        const short = string(raw.subarray(4, cut));
        try {
          readRequest(decode(short)[0] as SftpPacket);
        } catch (error) {
          expect(error).toMatchObject({ code: 'protocol_violation' });
        }
      }
    expect(() => readRequest(decode(packet(101, id, uint32(0)))[0] as SftpPacket)).toThrow(/does not send/);
  });

  it('of random bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 201 }), fc.uint8Array({ maxLength: 80 }), (type, bytes) => {
        const [one] = decode(packet(type, id, Buffer.from(bytes)));
        for (const read of [readRequest, readReply])
          try {
            read(one as SftpPacket);
          } catch (error) {
            expect(error).toMatchObject({ code: 'protocol_violation' });
          }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('replies', () => {
  it('are read', () => {
    const read = (raw: Buffer): unknown => readReply(decode(raw)[0] as SftpPacket);
    expect(read(packet(102, id, string('h1')))).toEqual({ kind: 'handle', handle: 'h1' });
    expect(read(packet(103, id, string('data')))).toEqual({ kind: 'data', data: Buffer.from('data') });
    expect(read(packet(104, id, uint32(1), string('/a'), string('/a'), attributes))).toEqual({
      kind: 'name',
      path: Buffer.from('/a'),
    });
    expect(read(packet(104, id, uint32(0)))).toEqual({ kind: 'name', path: undefined });
    expect(read(statusReply(7, 3, 'no'))).toEqual({ kind: 'status', code: 3 });
    expect(read(packet(105, id))).toEqual({ kind: 'other' });
  });

  it('of the version keep the extensions that are understood', () => {
    const [version] = decode(
      packet(
        2,
        uint32(3),
        string('posix-rename@openssh.com'),
        string('1'),
        string('new@example.org'),
        string('1'),
        string('limits@openssh.com'),
        string('1'),
      ),
    );
    expect(withKnownExtensions(version as SftpPacket)).toEqual(
      packet(2, uint32(3), string('posix-rename@openssh.com'), string('1'), string('limits@openssh.com'), string('1')),
    );
  });

  it('of another version are refused', () => {
    const [version] = decode(packet(2, uint32(6)));
    expect(() => withKnownExtensions(version as SftpPacket)).toThrow(/another version/);
  });

  it('and requests that are written are as the protocol has them', () => {
    expect(statusReply(7, 3, 'no')).toEqual(packet(101, id, uint32(3), string('no'), string('')));
    expect(realpathRequest(7, Buffer.from('.'))).toEqual(packet(16, id, string('.')));
    expect(lstatRequest(7, Buffer.from('.'))).toEqual(packet(7, id, string('.')));
    expect(initRequest()).toEqual(packet(1, uint32(3)));
  });
});
