import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { crc32c } from './crc32c.ts';
import { ProxyHeaderReader, type ProxyHeaderReading } from './proxy-header-reader.ts';
import { proxyHeaderBytesMax } from './proxy-header.ts';
import { encodeProxyV2 } from './proxy-v2.ts';
import { readProxyHeader } from './read-proxy-header.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const begin = '0d0a0d0a000d0a515549540a';
const line = (text: string): Buffer => Buffer.from(`${text}\r\n`, 'latin1');
const read = (bytes: Uint8Array): ProxyHeaderReading => new ProxyHeaderReader().push(bytes);
/** With its checksum behind what is given; that must say its length already. */
const withChecksum = (text: string): Buffer => {
  const header = Buffer.concat([hex(text), hex('03 0004 00000000')]);
  header.writeUInt32BE(crc32c(header), header.length - 4);
  return header;
};

/** What HAProxy 2.6 sent before `SSH-2.0-x`, with `send-proxy`, `send-proxy-v2` and `check`. */
const captured = [
  {
    name: 'version 1 over IPv4',
    bytes: hex(
      '50524f58592054435034203132372e302e302e31203132372e302e302e312034313036362031393030310d0a 5353482d322e302d780d0a',
    ),
    source: { address: '127.0.0.1', port: 41066 },
    destination: { address: '127.0.0.1', port: 19001 },
  },
  {
    name: 'version 1 over IPv6',
    bytes: hex('50524f58592054435036203a3a31203a3a312033333935342031393030320d0a 5353482d322e302d780d0a'),
    source: { address: '::1', port: 33954 },
    destination: { address: '::1', port: 19002 },
  },
  {
    name: 'version 2 over IPv4',
    bytes: hex(`${begin} 2111000c 7f000001 7f000001 95e8 4a3b 5353482d322e302d780d0a`),
    source: { address: '127.0.0.1', port: 38376 },
    destination: { address: '127.0.0.1', port: 19003 },
  },
  {
    name: 'version 2 over IPv6',
    bytes: hex(
      `${begin} 21210024 00000000000000000000000000000001 00000000000000000000000000000001 ae12 4a3c 5353482d322e302d780d0a`,
    ),
    source: { address: '::1', port: 44562 },
    destination: { address: '::1', port: 19004 },
  },
  {
    name: 'version 2 with a checksum and a unique id',
    bytes: hex(
      `${begin} 21110021 7f000001 7f000001 c396 4a3d 030004868ba5bb 05000b3132372e302e302e312d34 5353482d322e302d780d0a`,
    ),
    source: { address: '127.0.0.1', port: 50070 },
    destination: { address: '127.0.0.1', port: 19005 },
  },
];

describe('a header of the PROXY protocol, as HAProxy sends it', () => {
  it.each(captured)('says who a connection is from: $name', ({ bytes, source, destination }) => {
    const result = read(bytes);
    expect(result).toMatchObject({ kind: 'header', header: { command: 'proxy', source, destination } });
    expect(result.kind === 'header' && Buffer.from(result.rest).toString()).toBe('SSH-2.0-x\r\n');
  });
  it('may be of a health check of its own', () => {
    expect(read(hex(`${begin} 20000000`))).toMatchObject({ header: { version: 2, command: 'local', source: null } });
  });
  it('hands on what it adds', () => {
    const result = read(captured[4]?.bytes ?? Buffer.alloc(0));
    const tlvs = result.kind === 'header' ? result.header.tlvs : [];
    expect(tlvs.map(({ type, value }) => [type, Buffer.from(value).toString('latin1')])).toEqual([
      [3, '\x86\x8b\xa5\xbb'],
      [5, '127.0.0.1-4'],
    ]);
  });
  it.each(captured)('is the same wherever it is cut in two, and byte by byte: $name', ({ bytes }) => {
    const whole = read(bytes);
    const headerBytes = bytes.length - 'SSH-2.0-x\r\n'.length;
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = new ProxyHeaderReader();
      const first = reader.push(bytes.subarray(0, cut));
      expect(first.kind).toBe(cut < headerBytes ? 'more' : 'header');
      const second = first.kind === 'more' ? reader.push(bytes.subarray(cut)) : first;
      expect(second).toMatchObject({ header: whole.kind === 'header' ? whole.header : {} });
      const rest = second.kind === 'header' ? Buffer.from(second.rest) : Buffer.alloc(0);
      expect(Buffer.concat([rest, first === second ? bytes.subarray(cut) : Buffer.alloc(0)])).toEqual(
        bytes.subarray(headerBytes),
      );
    }
    const reader = new ProxyHeaderReader();
    const kinds = [...bytes.subarray(0, headerBytes)].map((byte) => reader.push(Uint8Array.of(byte)).kind);
    expect(kinds).toEqual([...kinds.slice(1).map(() => 'more'), 'header']);
  });
  it('does not change when the bytes that it was read from do', () => {
    const bytes = Buffer.from(captured[4]?.bytes ?? []);
    const result = read(bytes);
    bytes.fill(0);
    expect(result).toMatchObject({ header: { tlvs: [{}, { value: Buffer.from('127.0.0.1-4') }] } });
  });
});

describe('a line of version 1', () => {
  /** The longest lines of section 2.1. */
  it.each([
    ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535', 56],
    [`PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535`, 104],
    [`PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535`, 107],
    ['PROXY UNKNOWN', 15],
  ])('is read: %s', (text, length) => {
    expect(line(text)).toHaveLength(length);
    expect(readProxyHeader(line(text))).toMatchObject({ kind: 'header', length, header: { version: 1 } });
  });
  it('has addresses in their usual spelling', () => {
    const result = read(line('PROXY TCP6 2001:DB8:0:0:0:0:0:1 ::ffff:192.0.2.1 0 22'));
    expect(result).toMatchObject({
      header: { source: { address: '2001:db8::1', port: 0 }, destination: { address: '192.0.2.1', port: 22 } },
    });
  });
  it('of what the proxy does not know names nobody', () => {
    expect(read(line('PROXY UNKNOWN \xff any thing'))).toMatchObject({ header: { command: 'proxy', source: null } });
  });
  it.each([
    'PROXY TCP4 192.0.2.1 198.51.100.7 56324', // a port is missing
    'PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 1',
    'PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 ',
    'PROXY TCP4  192.0.2.1 198.51.100.7 56324 443',
    'PROXY TCP4 192.0.2.01 198.51.100.7 56324 443', // octal or not
    'PROXY TCP4 192.0.2.256 198.51.100.7 56324 443',
    'PROXY TCP4 192.0.2 198.51.100.7 56324 443',
    'PROXY TCP4 192.0.2.1 198.51.100.7 056324 443',
    'PROXY TCP4 192.0.2.1 198.51.100.7 65536 443',
    'PROXY TCP4 192.0.2.1 198.51.100.7 -1 443',
    'PROXY TCP4 2001:db8::1 2001:db8::2 1 2',
    'PROXY TCP6 192.0.2.1 198.51.100.7 1 2',
    'PROXY TCP6 2001:db8::1::2 ::1 1 2',
    'PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2',
    'PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2',
    'PROXY TCP6 1::2:3:4:5:6:7:8 ::1 1 2', // the colons stand for nothing
    'PROXY TCP6 fe80::1%eth0 ::1 1 2',
    'PROXY TCP6 12345:: ::1 1 2',
    'PROXY TCP6 :1:2:3:4:5:6:7 ::1 1 2',
    'PROXY UDP4 192.0.2.1 198.51.100.7 1 2',
    'PROXY tcp4 192.0.2.1 198.51.100.7 1 2',
    'PROXY UNKNOWNS',
    'PROXY ',
    'proxy TCP4 192.0.2.1 198.51.100.7 1 2',
    'PROXYTCP4 192.0.2.1 198.51.100.7 1 2',
  ])('is refused: %s', (text) => {
    expect(read(line(text)).kind).toBe('invalid');
  });
  it('is refused when it does not end, and as soon as it cannot be one', () => {
    expect(read(Buffer.from('PROXY TCP4 '.padEnd(106, ' '))).kind).toBe('more');
    expect(read(Buffer.from('PROXY TCP4 '.padEnd(107, ' '))).kind).toBe('invalid');
    expect(read(Buffer.from(`${'PROXY UNKNOWN '.padEnd(106, ' ')}\r\n`)).kind).toBe('invalid'); // 108 bytes
    expect(read(Buffer.from('PX')).kind).toBe('invalid');
    expect(read(Buffer.from('SSH-2.0-x\r\n')).kind).toBe('invalid');
    expect(read(Buffer.from('\r\nGET'))).toMatchObject({ kind: 'invalid' });
  });
});

describe('a header of version 2', () => {
  const ipv4 = 'c0000201 c6336407 dc04 01bb';
  const ipv6 = '20010db8000000000000000000000001 20010db8000000000000000000000002 1f90 0016';

  it('names no TCP address for UDP, UNIX sockets and what is unspecified', () => {
    const nobody = { header: { command: 'proxy', source: null, destination: null } };
    expect(read(hex(`${begin} 2100 0000`))).toMatchObject(nobody);
    expect(read(hex(`${begin} 2112 000c ${ipv4}`))).toMatchObject(nobody);
    expect(read(hex(`${begin} 2122 0028 ${ipv6} 04 0001 00`))).toMatchObject({
      header: { source: null, tlvs: [{ type: 4, value: Buffer.from([0]) }] },
    });
    expect(read(Buffer.concat([hex(`${begin} 2131 00d8`), Buffer.alloc(216, 0x2f)]))).toMatchObject(nobody);
  });
  it('of the proxy itself is so whatever else it says', () => {
    expect(read(hex(`${begin} 20ff 0003 ffffff`))).toMatchObject({
      kind: 'header',
      header: { command: 'local', tlvs: [] },
    });
  });
  it('is checked where it has a checksum', () => {
    const signed = withChecksum(`${begin} 2111 0013 ${ipv4}`);
    expect(read(signed).kind).toBe('header');
    for (let at = 16; at < signed.length; at += 1) {
      const changed = Buffer.from(signed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      if (at !== 28) expect(read(changed).kind).toBe('invalid'); // there: no longer a checksum
    }
    expect(read(hex(`${begin} 2111 0013 ${ipv4} 03 0004 00000000`))).toEqual({
      kind: 'invalid',
      reason: 'its checksum is not right',
    });
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283); // the check value of the polynomial
  });
  it.each([
    ['of version 3', `${begin} 3111 000c ${ipv4}`],
    ['with a command that there is not', `${begin} 2211 000c ${ipv4}`],
    ['of a family that there is not', `${begin} 2141 000c ${ipv4}`],
    ['of a protocol that there is not', `${begin} 2113 000c ${ipv4}`],
    ['of a family without a protocol', `${begin} 2110 000c ${ipv4}`],
    ['with too few bytes for IPv4', `${begin} 2111 0004 c0000201`],
    ['with too few bytes for IPv6', `${begin} 2121 000c ${ipv4}`],
    ['with too few bytes for a UNIX socket', `${begin} 2131 0002 0000`],
    ['that is too long', `${begin} 2111 0ff1`],
    ['whose last part is cut off', `${begin} 2111 000e ${ipv4} 0400`],
    ['whose last part has too few bytes', `${begin} 2111 0010 ${ipv4} 04 0002 00`],
    ['with a short checksum', `${begin} 2111 0011 ${ipv4} 03 0002 0000`],
    ['with a signature that is not quite right', '0d0a0d0a000d0a515549540b 2111 000c'],
  ])('%s is refused', (_, text) => {
    expect(read(hex(text)).kind).toBe('invalid');
  });
  it('with two checksums is refused', () => {
    const first = withChecksum(`${begin} 2111 001a ${ipv4}`).toString('hex');
    expect(read(withChecksum(first)).kind).toBe('invalid');
  });
  it('may take 4 KiB, and no more is waited for', () => {
    const header = Buffer.alloc(proxyHeaderBytesMax);
    hex(`${begin} 2111 0ff0 ${ipv4} 04 0fe1`).copy(header);
    expect(read(header.subarray(0, -1)).kind).toBe('more');
    expect(read(header)).toMatchObject({ kind: 'header', header: { tlvs: [{ type: 4 }] } });
  });

  it('is read as it was written', () => {
    const end = fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.nat(65_535) });
    fc.assert(
      fc.property(end, end, (source, destination) => {
        const result = read(encodeProxyV2({ source, destination }));
        const header = result.kind === 'header' ? result.header : undefined;
        expect(header).toMatchObject({ source: { port: source.port }, destination: { port: destination.port } });
        const again = encodeProxyV2({
          source: header?.source ?? source,
          destination: header?.destination ?? destination,
        });
        const isMixed = source.address.includes(':') !== destination.address.includes(':');
        if (!isMixed && !/::ffff:/i.test(source.address + destination.address))
          expect(again).toEqual(encodeProxyV2({ source, destination }));
        if (!source.address.includes(':')) expect(header?.source).toEqual(source);
      }),
      { seed: 7, numRuns: 1_000 },
    );
  });
  it.each([
    ['2001:db8::1', '2001:db8::1'],
    ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['1::', '1::'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('spells %s as %s (RFC 5952)', (written, spelled) => {
    const destination = { address: '2001:db8::2', port: 2 };
    expect(read(encodeProxyV2({ source: { address: written, port: 1 }, destination }))).toMatchObject({
      header: { source: { address: spelled, port: 1 }, destination },
    });
  });
  it('is not written of what is no address', () => {
    const destination = { address: '::1', port: 1 };
    for (const address of ['', 'localhost', '127.1', '1:2', '::g'])
      expect(() => encodeProxyV2({ source: { address, port: 1 }, destination })).toThrow('no address and port');
    expect(() => encodeProxyV2({ source: { address: '::1', port: 65_536 }, destination })).toThrow(
      'no address and port',
    );
  });
});

describe('reading', () => {
  it('is over with the first answer', () => {
    const reader = new ProxyHeaderReader();
    expect(reader.push(line('PROXY UNKNOWN')).kind).toBe('header');
    expect(reader.push(line('PROXY UNKNOWN')).kind).toBe('invalid');
    const refused = new ProxyHeaderReader();
    expect(refused.push(Buffer.from('x'))).toEqual(refused.push(line('PROXY UNKNOWN')));
  });
  it('never throws, whatever comes in whatever pieces', () => {
    const beginnings = ['', begin, `${begin}2111`, `${begin}21110010`, Buffer.from('PROXY TCP4 ').toString('hex')];
    const somewhat = fc.record({
      begin: fc.constantFrom(...beginnings).map(hex),
      pieces: fc.array(fc.uint8Array({ maxLength: 48 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(somewhat, ({ begin: head, pieces }) => {
        const reader = new ProxyHeaderReader();
        const kinds = [head, ...pieces].map((piece) => reader.push(piece).kind);
        const done = kinds.findIndex((kind) => kind !== 'more');
        if (done >= 0) expect(kinds.slice(done + 1).every((kind) => kind === 'invalid')).toBe(true);
        expect(readProxyHeader(Buffer.concat([head, ...pieces])).kind).toBe(done < 0 ? 'more' : kinds[done]);
      }),
      { seed: 7, numRuns: 10_000 },
    );
  });
  it('never throws at a header that was changed', () => {
    const change = fc.record({ of: fc.nat(4), at: fc.nat(70), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(captured[changes[0]?.of ?? 0]?.bytes ?? []);
        for (const { at, to } of changes) if (at < bytes.length) bytes.writeUInt8(to, at);
        expect(['more', 'header', 'invalid']).toContain(read(bytes).kind);
      }),
      { seed: 11, numRuns: 5_000 },
    );
  });
});
