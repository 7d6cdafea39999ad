import { describe, expect, it } from '@jest/globals';
import { packRows, packedBytes, unpackRows, type EventRow } from './packed-rows.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function through(rows: readonly EventRow[]): EventRow[] {
  const bytes = rows.reduce((sum, row) => sum + packedBytes(row), 0);
  const packed = packRows(rows, bytes);
  expect(packed.buffer.byteLength).toBe(bytes); // nothing else goes along when it is handed over
  return [...unpackRows(packed)].map(({ id, key, envelope, data }) => ({
    id: text(id),
    key: text(key),
    envelope: text(envelope),
    data: Uint8Array.from(data),
  }));
}

describe('packed rows', () => {
  it('come out as they went in, whatever the script and the size', () => {
    const rows = [
      { id: 'one', key: 'k', envelope: '["ä","東京","🙂"]', data: Uint8Array.of(1, 2, 3) },
      { id: '', key: '', envelope: '', data: new Uint8Array(0) },
      { id: 'three', key: 'ключ', envelope: '[]', data: new Uint8Array(70_000).fill(7) },
    ];
    expect(through(rows)).toEqual(rows);
  });

  it('take of the data only the part that is in view', () => {
    const data = Uint8Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(through([{ id: 'a', key: 'b', envelope: 'c', data }])[0]?.data).toEqual(Uint8Array.of(1, 2));
  });

  it('are none in no bytes', () => expect(through([])).toEqual([]));
});
