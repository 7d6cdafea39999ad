import { describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import type { CommandRecord } from '../pipeline/gateway.ts';
import { copyBytesKept, CopyInputRecord } from './copy-input-record.ts';

function command(): { readonly record: CommandRecord; readonly recorded: string[]; readonly summarised: number[] } {
  const recorded: string[] = [];
  const summarised: number[] = [];
  const record: CommandRecord = {
    number: 1,
    record: (stream, data) => {
      expect(stream).toBe(StreamKind.INPUT);
      recorded.push(Buffer.from(data).toString());
      return Promise.resolve();
    },
    summarise: (_, data) => void summarised.push(data.length),
    completed: () => Promise.resolve(),
  };
  return { record, recorded, summarised };
}

const mask = {
  mask: (value: Uint8Array) => {
    const text = Buffer.from(value).toString();
    return { data: Buffer.from(text.replaceAll('secret', '******')), masked: text.split('secret').length - 1 };
  },
  candidates: () => (from: number) => from,
};

describe('the record of what is copied in', () => {
  it('masks lines that come in pieces', async () => {
    const { record, recorded } = command();
    const copy = new CopyInputRecord(record, mask);
    for (const piece of ['1\tsec', 'ret\n2\tse', 'cret']) await copy.add(Buffer.from(piece), 'text');
    await copy.end();
    expect(recorded.join('')).toBe('1\t******\n2\t******');
  });

  it('keeps so much and sums up the rest', async () => {
    const { record, recorded, summarised } = command();
    const copy = new CopyInputRecord(record, mask);
    const line = Buffer.from(`${'x'.repeat(1023)}\n`);
    for (let count = 0; count < 100; count += 1) await copy.add(line, 'text');
    expect(recorded.join('').length).toBe(copyBytesKept);
    expect(summarised.reduce((sum, each) => sum + each, 0)).toBe(100 * 1024 - copyBytesKept);
  });

  it('sums up what it cannot read', async () => {
    const { record, recorded, summarised } = command();
    await new CopyInputRecord(record, mask).add(Buffer.from('PGCOPY secret'), 'binary');
    expect([recorded, summarised]).toEqual([[], [13]]);
  });
});
