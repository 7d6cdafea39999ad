import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { cancelRequest, sslRequest, startupMessage } from './client-writers.ts';
import { negotiateProtocolVersion } from './server-writers.ts';
import { decodeStartup } from './startup.ts';

/** psql 15, `user=app dbname=shop`, as it stood on the wire. */
const captured = Buffer.from(
  '0000004e' +
    '00030000' +
    Buffer.from('user\0app\0database\0shop\0application_name\0psql\0client_encoding\0UTF8\0\0').toString('hex'),
  'hex',
);
captured.writeUInt32BE(captured.length, 0);

describe('decodeStartup', () => {
  it('reads what psql sends', () => {
    expect(decodeStartup(captured)).toEqual({
      length: captured.length,
      packet: {
        kind: 'startup',
        minor: 0,
        options: [],
        parameters: new Map([
          ['user', 'app'],
          ['database', 'shop'],
          ['application_name', 'psql'],
          ['client_encoding', 'UTF8'],
        ]),
      },
    });
  });

  it('waits until the packet is whole, and leaves what follows it', () => {
    for (let at = 0; at < captured.length; at += 1) expect(decodeStartup(captured.subarray(0, at))).toBeUndefined();
    expect(decodeStartup(Buffer.concat([captured, Buffer.from('more')]))?.length).toBe(captured.length);
  });

  it('reads the requests that are no start', () => {
    expect(decodeStartup(sslRequest())?.packet).toEqual({ kind: 'ssl' });
    expect(decodeStartup(Buffer.from('0000000804d21630', 'hex'))?.packet).toEqual({ kind: 'gss-encryption' });
    expect(decodeStartup(cancelRequest(7, Buffer.from('abcd')))?.packet).toEqual({
      kind: 'cancel',
      processId: 7,
      secret: Buffer.from('abcd'),
    });
  });

  it('tells a newer minor version and its options apart', () => {
    const newer = startupMessage([
      ['user', 'a'],
      ['_pq_.future', '1'],
    ]);
    newer.writeUInt16BE(2, 6);
    expect(decodeStartup(newer)?.packet).toMatchObject({ minor: 2, options: ['_pq_.future'] });
    expect(negotiateProtocolVersion(2, ['_pq_.future']).toString('latin1')).toBe(
      'v\0\0\0\x18\0\x03\0\x02\0\0\0\x01_pq_.future\0',
    );
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['TLS', Buffer.from('16030100f8010000', 'hex')],
    ['protocol 2', Buffer.from('0000000900020000', 'hex')],
    ['too long a packet', Buffer.from('0000ffff00030000', 'hex')],
    ['a packet that ends before its parameters do', Buffer.from('0000000d000300007573657200', 'hex')],
    ['bytes after the end', Buffer.from('0000000a000300000000', 'hex')],
    ['an SSLRequest with more in it', Buffer.from('0000000904d2162f00', 'hex')],
    ['a CancelRequest without a key', Buffer.from('0000000c04d2162e00000001', 'hex')],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeStartup(bytes)).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
  });

  it('makes of random bytes a packet, nothing yet, or a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(0, 0x00030000, 80877102), (tail, code) => {
        const bytes = Buffer.concat([Buffer.alloc(8), tail]);
        bytes.writeUInt32BE(bytes.length, 0);
        bytes.writeUInt32BE(code, 4);
        try {
          expect(decodeStartup(bytes)?.length).toBe(bytes.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'protocol_violation' });
        }
      }),
    );
  });
});
