import { describe, expect, it } from '@jest/globals';
import { Fault } from '@inland/kernel';
import * as fc from 'fast-check';
import { BackendDecoder, FrontendDecoder } from './message-decoder.ts';

/** What PostgreSQL 18 answered to `select 1 as one`, as it stood on the wire. */
const captured = Buffer.from(
  '540000001c00016f6e6500000000000000000000170004ffffffff0000' +
    '440000000b00010000000131' +
    '430000000d53454c454354203100' +
    '5a0000000549',
  'hex',
);

const told = (decoder: BackendDecoder | FrontendDecoder, chunks: readonly Uint8Array[]): string[] =>
  chunks.flatMap((chunk) => decoder.push(chunk)).map(({ type, raw }) => `${type}:${raw.toString('hex')}`);

describe('a message decoder', () => {
  const whole = told(new BackendDecoder(), [captured]);

  it('gives the messages of captured bytes, each with all its bytes', () => {
    expect(whole.map((each) => each[0])).toEqual(['T', 'D', 'C', 'Z']);
    expect(whole.map((each) => each.slice(2)).join('')).toBe(captured.toString('hex'));
  });

  it('gives the same whatever the bytes are split at', () => {
    for (let at = 0; at <= captured.length; at += 1)
      expect(told(new BackendDecoder(), [captured.subarray(0, at), captured.subarray(at)])).toEqual(whole);
    expect(
      told(
        new BackendDecoder(),
        [...captured].map((byte) => Buffer.of(byte)),
      ),
    ).toEqual(whole);
  });

  it('gives rows that lie one behind the other together, and loses none whatever the bytes are split at', () => {
    const row = captured.subarray(29, 41);
    expect(row.toString('latin1', 0, 1)).toBe('D');
    const rows = Buffer.concat([captured.subarray(0, 29), row, row, row, captured.subarray(41)]);
    const given = (chunks: readonly Buffer[]) => {
      const decoder = new BackendDecoder();
      return chunks.flatMap((chunk) => decoder.pushRuns(chunk));
    };
    const shape = given([rows]).map(({ type, count }) => `${type}${count}`);
    expect(shape).toEqual(['T1', 'D3', 'C1', 'Z1']);
    for (let at = 0; at <= rows.length; at += 1) {
      const runs = given([rows.subarray(0, at), rows.subarray(at)]);
      expect(Buffer.concat(runs.map(({ raw }) => raw))).toEqual(rows);
      for (const { raw, type, count } of runs) {
        const alone = new BackendDecoder().push(raw);
        expect(alone.map((each) => each.type)).toEqual(Array.from({ length: count }, () => type));
      }
    }
  });

  it.each([
    ['a length below its own', '5100000003', 'protocol_violation'],
    ['a length of nothing', '5100000000', 'protocol_violation'],
    ['a length above the limit', '517fffffff', 'protocol_violation'],
    ['a negative length', '51ffffffff', 'protocol_violation'],
    ['a type that no client sends', '5a', 'protocol_violation'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n').toString('hex'), 'protocol_violation'],
  ])('refuses %s at once', (_, hex, code) => {
    expect(() => new FrontendDecoder().push(Buffer.from(hex, 'hex'))).toThrow(expect.objectContaining({ code }));
  });

  it('keeps to a limit that it is given', () => {
    const decoder = new FrontendDecoder(8);
    expect(decoder.push(Buffer.from('5100000007616100', 'hex'))).toHaveLength(1);
    expect(() => decoder.push(Buffer.from('5100000008', 'hex'))).toThrow(Fault);
  });

  it('makes of random bytes messages or a fault, and never loses a byte', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    fc.assert(
      fc.property(chunks, (parts) => {
        const decoder = new FrontendDecoder(1024);
        let given = 0;
        try {
          for (const part of parts) for (const { raw } of decoder.push(part)) given += raw.length;
        } catch (error) {
          expect(error).toMatchObject({ code: 'protocol_violation' });
          return;
        }
        expect(given + decoder.pendingBytes).toBe(parts.reduce((sum, { length }) => sum + length, 0));
      }),
    );
  });

  it('gives written messages back, however they are cut', () => {
    const message = fc.record({ type: fc.constantFrom(...'BCdcfDEHFPpQSX'), body: fc.uint8Array({ maxLength: 200 }) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), fc.integer({ min: 1, max: 50 }), (messages, size) => {
        const raws = messages.map(({ type, body }) => {
          const raw = Buffer.alloc(5 + body.length);
          raw.write(type, 0);
          raw.writeUInt32BE(4 + body.length, 1);
          raw.set(body, 5);
          return raw;
        });
        const bytes = Buffer.concat(raws);
        const decoder = new FrontendDecoder();
        const found: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size)
          found.push(...decoder.push(bytes.subarray(at, at + size)).map(({ raw }) => raw));
        expect(found).toEqual(raws);
      }),
    );
  });
});
