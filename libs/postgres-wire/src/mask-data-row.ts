import { Fault } from '@inland/kernel';
import type { Column } from './backend-messages.ts';
import { maskArray } from './mask-array.ts';
import type { ValueMask } from './mask-value.ts';
import { bodyOffset } from './message-decoder.ts';

/**
 * How one column's values are masked.
 * `text`: as they are. `array`: element by element. `unknown`: a binary form that we do not know, where a mask must
 * keep the length. `pass`: a binary form that holds no text.
 */
export type ColumnMask = 'text' | 'array' | 'unknown' | 'pass';

/** "char", name, text, json, xml, unknown, bpchar, varchar, jsonb. */
const textOids = new Set([18, 19, 25, 114, 142, 705, 1042, 1043, 3802]);
/** Arrays of those. */
const arrayOids = new Set([199, 1002, 1003, 1009, 1014, 1015, 143, 3807]);
/** bool, bytea, int8, int2, int4, oid, float4, float8, money, date, time, timestamp, timestamptz, interval, timetz, numeric, uuid. */
const otherOids = new Set([16, 17, 20, 21, 23, 26, 700, 701, 790, 1082, 1083, 1114, 1184, 1186, 1266, 1700, 2950]);

export function columnMask({ typeOid, format }: Pick<Column, 'typeOid' | 'format'>): ColumnMask {
  if (format === 0 || textOids.has(typeOid)) return 'text';
  if (arrayOids.has(typeOid)) return 'array';
  return otherOids.has(typeOid) ? 'pass' : 'unknown';
}

export interface MaskedMessage {
  /** The same object when nothing was masked. */
  readonly raw: Buffer;
  readonly masked: number;
}

/**
 * Masks a DataRow: Int16 n · (Int32 length, -1 for null · bytes) × n. Columns beyond `columns` are `unknown`.
 * Faults with `protocol_violation` when the row is malformed.
 */
export function maskDataRow(raw: Buffer, columns: readonly ColumnMask[], mask: ValueMask): MaskedMessage {
  if (raw.length < bodyOffset + 2) throw malformed();
  const found = maskCells(raw, bodyOffset, columns, mask);
  if (found.end !== raw.length) throw malformed();
  if (found.parts === undefined) return { raw, masked: 0 };
  const copy = Buffer.concat(found.parts);
  copy.writeUInt32BE(copy.length - 1, 1);
  return { raw: copy, masked: found.masked };
}

/**
 * Masks Int16 n · (Int32 length · bytes) × n, which is also a row of a binary COPY. The parts are those of the whole
 * buffer from 0, undefined when nothing was masked.
 */
export function maskCells(
  bytes: Buffer,
  from: number,
  columns: readonly ColumnMask[],
  mask: ValueMask,
): { readonly parts: Buffer[] | undefined; readonly masked: number; readonly end: number } {
  const count = bytes.readUInt16BE(from);
  let at = from + 2;
  let copied = 0;
  let masked = 0;
  let parts: Buffer[] | undefined;
  for (let index = 0; index < count; index += 1) {
    if (at + 4 > bytes.length) throw malformed();
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) continue;
    const end = at + length;
    if (end > bytes.length) throw malformed();
    const found = maskCell(bytes.subarray(at, end), columns[index] ?? 'unknown', mask);
    if (found.masked > 0) {
      const size = Buffer.allocUnsafe(4);
      size.writeInt32BE(found.data.length);
      parts ??= [];
      parts.push(bytes.subarray(copied, at - 4), size, asBuffer(found.data));
      copied = end;
      masked += found.masked;
    }
    at = end;
  }
  parts?.push(bytes.subarray(copied));
  return { parts, masked, end: at };
}

function maskCell(value: Buffer, column: ColumnMask, mask: ValueMask): ReturnType<ValueMask['mask']> {
  switch (column) {
    case 'pass':
      return { data: value, masked: 0 };
    case 'text':
      return mask.mask(value);
    case 'array':
      return maskArray(value, mask) ?? sameLength(value, mask);
    case 'unknown':
      return sameLength(value, mask);
  }
}

function sameLength(value: Buffer, mask: ValueMask): ReturnType<ValueMask['mask']> {
  const found = mask.mask(value);
  if (found.masked === 0 || found.data.length === value.length) return found;
  return { data: Buffer.alloc(value.length, 0x2a), masked: found.masked };
}

const asBuffer = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const malformed = (): Fault => new Fault('protocol_violation', 'a row is not as long as its columns');
