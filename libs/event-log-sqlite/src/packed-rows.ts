// Both threads use this file: it imports nothing of Inland, so that the worker runs uncompiled as well.

/** An event as SQLite keeps it: the envelope as JSON, the data as it is. */
export interface EventRow {
  readonly id: string;
  readonly key: string;
  readonly envelope: string;
  readonly data: Uint8Array;
}

/** The same in bytes: the texts are UTF-8. Views, no copies. */
export interface PackedRow {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly envelope: Uint8Array;
  readonly data: Uint8Array;
}

/** The lengths of the four parts, uint32 each. */
const headBytes = 16;

/** What a row takes once it is packed, in bytes. */
export function packedBytes({ id, key, envelope, data }: EventRow): number {
  return headBytes + Buffer.byteLength(id) + Buffer.byteLength(key) + Buffer.byteLength(envelope) + data.byteLength;
}

/**
 * One block of memory of its own, so that it can be handed to another thread without a copy. `bytes` is the sum of
 * {@link packedBytes}.
 */
export function packRows(rows: Iterable<EventRow>, bytes: number): Uint8Array<ArrayBuffer> {
  const packed = Buffer.from(new ArrayBuffer(bytes));
  let at = 0;
  for (const { id, key, envelope, data } of rows) {
    let end = at + headBytes;
    let head = at;
    for (const text of [id, key, envelope]) {
      const length = packed.write(text, end);
      head = packed.writeUInt32LE(length, head);
      end += length;
    }
    packed.writeUInt32LE(data.byteLength, head);
    packed.set(data, end);
    at = end + data.byteLength;
  }
  return packed;
}

/** The rows of a block, in their order. */
export function* unpackRows(packed: Uint8Array): Generator<PackedRow> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = 0;
  while (at < packed.byteLength) {
    const idAt = at + headBytes;
    const keyAt = idAt + view.getUint32(at, true);
    const envelopeAt = keyAt + view.getUint32(at + 4, true);
    const dataAt = envelopeAt + view.getUint32(at + 8, true);
    const end = dataAt + view.getUint32(at + 12, true);
    yield {
      id: packed.subarray(idAt, keyAt),
      key: packed.subarray(keyAt, envelopeAt),
      envelope: packed.subarray(envelopeAt, dataAt),
      data: packed.subarray(dataAt, end),
    };
    at = end;
  }
}
