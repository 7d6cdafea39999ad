import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { addressWords } from './address-words.ts';
import { prefixOf } from './prefix.ts';

const bytesOf = (text: string): number[] | undefined =>
  addressWords(text)?.flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]);
/** As another reader has it, which takes `::192.0.2.1` for IPv4 (it once was: RFC 4291, section 2.5.5.1). */
const expected = (text: string): number[] | undefined =>
  isIP(text) === 0 ? undefined : ipaddr.process(text.replace(/^::(?=\d+\.)/, '0:0::')).toByteArray();

describe('the words of an address', () => {
  it('are those of the address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(bytesOf(text)).toEqual(expected(text));
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });
  it('are none where it is none', () => {
    const parts = fc.constantFrom(
      '0',
      '1',
      '01',
      '255',
      '256',
      'ffff',
      '12345',
      'g',
      '.',
      ':',
      '::',
      '%',
      '/',
      ' ',
      '',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), fc.constantFrom('', ':', '.'), (some, between) => {
        const text = some.join(between);
        if (!text.includes('%')) expect(bytesOf(text)).toEqual(expected(text));
      }),
      { seed: 2, numRuns: 20_000 },
    );
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.4.',
      '.1.2.3',
      '01.2.3.4',
      '0x1.2.3.4',
      '1.2.3.4 ',
      '1::2::3',
      ':::',
      '1:2',
    ])
      expect(addressWords(text)).toBeUndefined();
  });
  it('leave a zone out, and IPv4 within IPv6 is IPv4', () => {
    expect(addressWords('fe80::1%eth0')).toEqual([0xfe800000, 0, 0, 1]);
    expect(addressWords('::ffff:192.0.2.1')).toEqual([0xc0000201]);
    expect(addressWords('0:0:0:0:0:ffff:c000:201')).toEqual([0xc0000201]);
    expect(addressWords('::192.0.2.1')).toEqual([0, 0, 0, 0xc0000201]);
  });
});

describe('a prefix', () => {
  it('is its first and its last address', () => {
    expect(prefixOf('192.0.2.5/24')).toEqual({ family: 'ipv4', first: 0xc0000200n, last: 0xc00002ffn, bits: 24 });
    expect(prefixOf('0.0.0.0/0')).toEqual({ family: 'ipv4', first: 0n, last: 0xffffffffn, bits: 0 });
    expect(prefixOf('::ffff:192.0.2.0/120')).toEqual(prefixOf('192.0.2.0/24'));
    expect(prefixOf('2001:db8::/32')?.last).toBe((0x20010db9n << 96n) - 1n);
    expect(prefixOf('::1/128')).toEqual({ family: 'ipv6', first: 1n, last: 1n, bits: 128 });
  });
  it.each([
    '192.0.2.0',
    '192.0.2.0/33',
    '::/129',
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/024',
    '1.2.3.4/8/8',
    '/8',
    '',
  ])('is none: %s', (text) => expect(prefixOf(text)).toBeUndefined());
  it('is none where it is wider than IPv4 within IPv6', () => {
    expect(prefixOf('::ffff:0.0.0.0/95')).toBeUndefined();
  });
});
