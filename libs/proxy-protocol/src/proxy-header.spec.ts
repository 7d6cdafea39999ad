import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { crc32c } from './crc32c.ts';
import { readProxyHeader, writeProxyHeader } from './proxy-header.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const begin = '0d0a0d0a000d0a515549540a';
/** As section 2.2 of the specification lays it out: TCP over IPv4, 192.0.2.1:56324 to 198.51.100.7:443. */
const ipv4 = hex(`${begin} 21 11 000c c0000201 c6336407 dc04 01bb`);

describe('a header of the PROXY protocol', () => {
  it('says who a connection is from', () => {
    expect(readProxyHeader(ipv4)).toEqual({
      kind: 'header',
      length: 28,
      header: {
        command: 'proxy',
        source: { address: '192.0.2.1', port: 56324 },
        destination: { address: '198.51.100.7', port: 443 },
      },
    });
    const ipv6 = hex(`${begin} 21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 1f90 0016`);
    expect(readProxyHeader(ipv6)).toMatchObject({
      header: { source: { address: '2001:db8::1', port: 8080 }, destination: { address: '2001:db8::2', port: 22 } },
    });
  });

  it('is whole or not yet there at every point at which it is cut', () => {
    const followed = Buffer.concat([ipv4, Buffer.from('SSH-2.0')]);
    for (let cut = 0; cut <= followed.length; cut += 1)
      expect(readProxyHeader(followed.subarray(0, cut)).kind).toBe(cut < ipv4.length ? 'more' : 'header');
  });

  it('may be of the proxy itself, or of no TCP address', () => {
    expect(readProxyHeader(hex(`${begin} 20 00 0000`))).toMatchObject({ header: { command: 'local', source: null } });
    expect(readProxyHeader(hex(`${begin} 21 00 0000`))).toMatchObject({ header: { command: 'proxy', source: null } });
    expect(readProxyHeader(hex(`${begin} 21 31 0002 0000`)).kind).toBe('invalid'); // cut off behind no address
  });

  it('is checked where it has a checksum', () => {
    const unsigned = hex(`${begin} 21 11 0013 c0000201 c6336407 dc04 01bb 03 0004 00000000`);
    const signed = Buffer.from(unsigned);
    signed.writeUInt32BE(crc32c(unsigned), unsigned.length - 4);
    expect(readProxyHeader(signed).kind).toBe('header');
    signed[17] = (signed[17] ?? 0) ^ 1;
    expect(readProxyHeader(signed)).toEqual({ kind: 'invalid', reason: 'its checksum is not right' });
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283); // the check value of the polynomial
  });

  it.each([
    ['of version 1', Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n')],
    ['of version 3', hex(`${begin} 31 11 000c c0000201 c6336407 dc04 01bb`)],
    ['with a command that there is not', hex(`${begin} 22 11 000c c0000201 c6336407 dc04 01bb`)],
    ['with too few bytes for its addresses', hex(`${begin} 21 11 0004 c0000201`)],
    ['that is too long', hex(`${begin} 21 11 ffff`)],
    ['whose last part is cut off', hex(`${begin} 21 11 000e c0000201 c6336407 dc04 01bb 0400`)],
  ])('%s is refused', (_, bytes) => {
    expect(readProxyHeader(bytes).kind).toBe('invalid');
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.nat(65_535), fc.nat(65_535), (from, to, fromPort, toPort) => {
        const source = { address: from, port: fromPort };
        const destination = { address: to, port: toPort };
        expect(readProxyHeader(writeProxyHeader({ source, destination }))).toMatchObject({
          header: { source, destination },
        });
      }),
      { seed: 7 },
    );
    const six = { source: { address: '2001:db8::1', port: 1 }, destination: { address: '::1', port: 2 } };
    expect(readProxyHeader(writeProxyHeader(six))).toMatchObject({ header: six });
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, signed) => {
        readProxyHeader(signed ? Buffer.concat([hex(begin), bytes]) : bytes);
      }),
      { seed: 7, numRuns: 5_000 },
    );
  });
});
