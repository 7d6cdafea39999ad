import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readFields } from './backend-messages.ts';
import { columnMask, maskDataRow } from './mask-data-row.ts';
import type { ValueMask } from './mask-value.ts';
import { maskRun } from './mask-run.ts';
import { maskCopyData, maskFields, maskNotification } from './mask-text-messages.ts';
import { errorResponse } from './server-writers.ts';
import { writeMessage } from './write-message.ts';

/** Masks the word `secret`, as a longer or an equally long one. */
const masking = (as: string): ValueMask => ({
  candidates: () => (from) => from,
  mask: (value) => {
    const text = Buffer.from(value).toString('latin1');
    const masked = text.split('secret').length - 1;
    return masked === 0
      ? { data: value, masked }
      : { data: Buffer.from(text.replaceAll('secret', as), 'latin1'), masked };
  },
});
const longer = masking('<hidden>');
const equal = masking('******');

function cells(values: readonly (string | null)[]): Buffer {
  const parts = values.map((value) => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(value === null ? -1 : Buffer.byteLength(value, 'latin1'));
    return Buffer.concat([size, Buffer.from(value ?? '', 'latin1')]);
  });
  const count = Buffer.alloc(2);
  count.writeUInt16BE(values.length);
  return Buffer.concat([count, ...parts]);
}
const row = (...values: (string | null)[]): Buffer => writeMessage('D', cells(values));

/** A binary array of three texts. */
const array = (value: string): string =>
  `\0\0\0\x01\0\0\0\x01\0\0\0\x19\0\0\0\x03\0\0\0\x01\xff\xff\xff\xff\0\0\0${String.fromCharCode(value.length)}${value}\0\0\0\x01x`;

describe('maskDataRow', () => {
  it('masks text columns and keeps the rest, nulls among them', () => {
    const found = maskDataRow(row('1', 'my secret', null, 'secret secret', ''), Array(5).fill('text'), longer);
    expect(found).toEqual({ raw: row('1', 'my <hidden>', null, '<hidden> <hidden>', ''), masked: 3 });
  });

  it('gives the row itself when nothing is masked', () => {
    const raw = row('a', null, 'b');
    expect(maskDataRow(raw, ['text', 'text', 'text'], longer).raw).toBe(raw);
  });

  it('leaves columns that hold no text', () => {
    expect(maskDataRow(row('secret'), ['pass'], longer).masked).toBe(0);
  });

  it('keeps the length of a form that it does not know', () => {
    expect(maskDataRow(row('\0\0\0\x06secret'), ['unknown'], longer).raw).toEqual(row('**********'));
    expect(maskDataRow(row('\0\0\0\x06secret'), [], equal).raw).toEqual(row('\0\0\0\x06******'));
  });

  it('masks the elements of an array', () => {
    expect(maskDataRow(row(array('secret')), ['array'], longer)).toEqual({ raw: row(array('<hidden>')), masked: 1 });
  });

  it.each([
    '4400000006ffff',
    '440000000a000100000009',
    '440000000c000100000001616200',
    '4400000005',
    '44000000080000aaaa',
  ])('refuses the malformed row %s', (hex) => {
    const raw = Buffer.from(hex, 'hex');
    expect(() => maskDataRow(raw, ['text'], longer)).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
  });

  it('keeps every value that holds no secret, whatever it is', () => {
    const value = fc.option(fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString('latin1')));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), fc.constantFrom('text', 'array', 'unknown'), (values, column) => {
        const found = maskDataRow(row('secret', ...values), ['text', ...values.map(() => column)] as never, equal);
        expect(found.raw).toEqual(row('******', ...values.map((each) => each?.replaceAll('secret', '******') ?? null)));
      }),
    );
  });
});

describe('columnMask', () => {
  it.each([
    [23, 0, 'text'],
    [25, 1, 'text'],
    [3802, 1, 'text'],
    [1009, 1, 'array'],
    [20, 1, 'pass'],
    [424242, 1, 'unknown'],
  ])('takes type %d in format %d as %s', (typeOid, format, expected) => {
    expect(columnMask({ typeOid, format })).toBe(expected);
  });
});

describe('other messages that quote values', () => {
  it('masks the texts of an error and keeps its codes', () => {
    const raw = errorResponse({ severity: 'ERROR', sqlState: '23505', message: 'dup', detail: 'Key (a)=(secret)' });
    const found = maskFields(raw, longer);
    expect(found.masked).toBe(1);
    expect([...readFields({ type: 'E', raw: found.raw })]).toEqual([
      ['S', 'ERROR'],
      ['V', 'ERROR'],
      ['C', '23505'],
      ['M', 'dup'],
      ['D', 'Key (a)=(<hidden>)'],
    ]);
    expect(found.raw.readUInt32BE(1)).toBe(found.raw.length - 1);
  });

  it('masks what is notified', () => {
    const found = maskNotification(writeMessage('A', 7, 'orders', 'a secret'), longer);
    expect(found).toEqual({ raw: writeMessage('A', 7, 'orders', 'a <hidden>'), masked: 1 });
  });

  it('masks copied lines', () => {
    const found = maskCopyData(writeMessage('d', Buffer.from('1\tsecret\n')), 'text', longer);
    expect(found.raw).toEqual(writeMessage('d', Buffer.from('1\t<hidden>\n')));
  });

  it('masks copied binary rows, behind their header too', () => {
    const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
    expect(maskCopyData(writeMessage('d', header, cells(['x', 'secret'])), 'binary', equal)).toEqual({
      raw: writeMessage('d', header, cells(['x', '******'])),
      masked: 1,
    });
    expect(maskCopyData(writeMessage('d', cells(['secret'])), 'binary', equal).masked).toBe(1);
    expect(maskCopyData(writeMessage('d', Buffer.from('ffff', 'hex')), 'binary', equal).masked).toBe(0);
  });
});

describe('maskRun', () => {
  const lines = ['1\tx\n', '2\tsecret\n', '3\ty\n', '4\tsecret secret\n'];
  const run = (texts: readonly string[]): Buffer =>
    Buffer.concat(texts.map((text) => writeMessage('d', Buffer.from(text))));
  const maskLine =
    (looked: Buffer[] = []) =>
    (message: Buffer) => {
      looked.push(message);
      return maskCopyData(message, 'text', longer);
    };

  it('masks each message, whatever stands between', () => {
    const expected = run(lines.map((line) => line.replaceAll('secret', '<hidden>')));
    expect(maskRun(run(lines), longer, maskLine())).toEqual({ raw: expected, masked: 3 });
  });

  it('looks only where a value might be', () => {
    const looked: Buffer[] = [];
    const candidates = (bytes: Uint8Array) => (from: number) => {
      const found = Buffer.from(bytes).indexOf('secret', from);
      return found < 0 ? bytes.length : found;
    };
    const { masked } = maskRun(run(lines), { ...longer, candidates }, maskLine(looked));
    expect(masked).toBe(3);
    expect(looked).toEqual([run([lines[1] ?? '']), run([lines[3] ?? ''])]);
  });

  it('gives the run itself when nothing is masked', () => {
    const raw = run(['a', 'b']);
    expect(maskRun(raw, longer, maskLine()).raw).toBe(raw);
  });
});
