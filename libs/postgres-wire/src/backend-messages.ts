import { FieldReader } from './field-reader.ts';
import { bodyOffset, type WireMessage } from './message-decoder.ts';

export interface Column {
  readonly name: string;
  readonly typeOid: number;
  /** 0 text, 1 binary. */
  readonly format: number;
}

/** RowDescription: Int16 n · (String name · Int32 table · Int16 column · Int32 type · Int16 size · Int32 modifier · Int16 format) × n. */
export function readRowDescription({ raw }: WireMessage): Column[] {
  const reader = new FieldReader(raw, bodyOffset);
  const columns: Column[] = [];
  for (let left = reader.count(); left > 0; left -= 1) {
    const name = reader.text();
    reader.bytes(6);
    const typeOid = reader.uint32();
    reader.bytes(6);
    columns.push({ name, typeOid, format: reader.int16() });
  }
  reader.end();
  return columns;
}

/** A RowDescription with other formats: what a described statement says of its rows once they are bound. */
export function withFormats({ raw }: WireMessage, formats: readonly number[]): Buffer {
  const copy = Buffer.from(raw);
  const reader = new FieldReader(copy, bodyOffset);
  const count = reader.count();
  for (let index = 0; index < count; index += 1) {
    reader.text();
    reader.bytes(16);
    copy.writeInt16BE(formatOf(formats, index), reader.position);
    reader.bytes(2);
  }
  return copy;
}

/** The format of one result column, from what Bind asked for. */
export function formatOf(formats: readonly number[], index: number): number {
  return (formats.length === 1 ? formats[0] : formats[index]) ?? 0;
}

/** ErrorResponse and NoticeResponse: (Byte1 kind · String value)* · Byte1(0). Keys are the kinds: S, V, C, M, D, H, … */
export function readFields({ raw }: WireMessage): Map<string, string> {
  const reader = new FieldReader(raw, bodyOffset);
  const fields = new Map<string, string>();
  for (let kind = reader.byte(); kind !== 0; kind = reader.byte()) fields.set(String.fromCharCode(kind), reader.text());
  return fields;
}

/** ParameterStatus: String name · String value. */
export function readParameterStatus({ raw }: WireMessage): { readonly name: string; readonly value: string } {
  const reader = new FieldReader(raw, bodyOffset);
  const name = reader.text();
  const value = reader.text();
  reader.end();
  return { name, value };
}

/** CommandComplete: String tag, such as `SELECT 3`. */
export function readCommandTag({ raw }: WireMessage): { readonly tag: string; readonly rows: number } {
  const tag = new FieldReader(raw, bodyOffset).text();
  const rows = Number(/ (\d+)$/.exec(tag)?.[1] ?? 0);
  return { tag, rows };
}

/** What ReadyForQuery says of the transaction: I none, T in one, E in a failed one. */
export function readTransactionStatus({ raw }: WireMessage): string {
  return String.fromCharCode(new FieldReader(raw, bodyOffset).byte());
}

/** CopyInResponse and CopyOutResponse: Int8 overall format (0 text, 1 binary), then one for each column. */
export function readCopyFormat({ raw }: WireMessage): 'text' | 'binary' {
  return new FieldReader(raw, bodyOffset).byte() === 0 ? 'text' : 'binary';
}

/** BackendKeyData: Int32 process · Byte n key. */
export function readBackendKey({ raw }: WireMessage): { readonly processId: number; readonly secret: Buffer } {
  const reader = new FieldReader(raw, bodyOffset);
  return { processId: reader.int32(), secret: Buffer.from(reader.bytes(reader.remaining)) };
}

export type AuthenticationRequest =
  | { readonly kind: 'ok' | 'cleartext' }
  | { readonly kind: 'sasl'; readonly mechanisms: readonly string[] }
  | { readonly kind: 'sasl-continue' | 'sasl-final'; readonly data: Buffer }
  | { readonly kind: 'other'; readonly code: number };

/** Authentication*: Int32 kind · fields. */
export function readAuthentication({ raw }: WireMessage): AuthenticationRequest {
  const reader = new FieldReader(raw, bodyOffset);
  const code = reader.int32();
  switch (code) {
    case 0:
      return { kind: 'ok' };
    case 3:
      return { kind: 'cleartext' };
    case 10: {
      const mechanisms: string[] = [];
      for (let name = reader.text(); name !== ''; name = reader.text()) mechanisms.push(name);
      return { kind: 'sasl', mechanisms };
    }
    case 11:
      return { kind: 'sasl-continue', data: reader.bytes(reader.remaining) };
    case 12:
      return { kind: 'sasl-final', data: reader.bytes(reader.remaining) };
    default:
      return { kind: 'other', code };
  }
}
