import type { PostgresFailure } from './frame.ts';

export interface ResultPiece {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly complete: string | null;
  readonly failure: PostgresFailure | null;
  /** Payloads of CopyData. */
  readonly copied: readonly Uint8Array[];
}

/** A recorded message that is longer than this is no message that Inland recorded. */
const messageBytesMax = 64 * 1024 * 1024;

/**
 * Decodes the recorded backend messages of one command (PostgreSQL protocol 3.0, §55.7) into what they show: columns,
 * rows, the command tag, the error. A message may be cut by the recording's chunks; the rest waits for the next.
 * Never throws: what cannot be decoded is left out, since the record is shown as it is.
 */
export class PostgresResults {
  #rest: Buffer = Buffer.alloc(0);
  #columns: { readonly name: string; readonly binary: boolean }[] = [];
  #broken = false;

  /** The results of these bytes, each piece ending where a result or the bytes end. */
  push(data: Uint8Array): ResultPiece[] {
    if (this.#broken) return [];
    let bytes = this.#rest.length === 0 ? Buffer.from(data) : Buffer.concat([this.#rest, data]);
    const pieces: ResultPiece[] = [];
    let rows: (string | null)[][] = [];
    let copied: Uint8Array[] = [];
    const flush = (complete: string | null, failure: PostgresFailure | null): void => {
      pieces.push({ columns: this.#columns.map(({ name }) => name), rows, complete, failure, copied });
      rows = [];
      copied = [];
    };
    while (bytes.length >= 5) {
      const length = bytes.readUInt32BE(1);
      if (length < 4 || length > messageBytesMax) {
        this.#broken = true;
        break;
      }
      if (bytes.length < 1 + length) break;
      const type = String.fromCharCode(bytes[0] ?? 0);
      const body = bytes.subarray(5, 1 + length);
      bytes = bytes.subarray(1 + length);
      switch (type) {
        case 'T':
          this.#columns = columnsOf(body);
          break;
        case 'D':
          rows.push(this.#rowOf(body));
          break;
        case 'd':
          copied.push(body);
          break;
        case 'C':
          flush(textUntilZero(body, 0).text, null);
          this.#columns = [];
          break;
        case 'E':
          flush(null, failureOf(body));
          this.#columns = [];
          break;
        default:
          break;
      }
    }
    this.#rest = Buffer.from(bytes);
    if (rows.length > 0 || copied.length > 0) flush(null, null);
    return pieces;
  }

  #rowOf(body: Buffer): (string | null)[] {
    const values: (string | null)[] = [];
    const count = body.length < 2 ? 0 : body.readUInt16BE(0);
    let at = 2;
    for (let index = 0; index < count && at + 4 <= body.length; index += 1) {
      const length = body.readInt32BE(at);
      at += 4;
      if (length < 0) {
        values.push(null);
        continue;
      }
      const value = body.subarray(at, at + length);
      values.push(this.#columns[index]?.binary === true ? `\\x${value.toString('hex')}` : value.toString('utf8'));
      at += length;
    }
    return values;
  }
}

/** RowDescription: int16 count, then per field: name, int32 table, int16 column, int32 type, int16, int32, int16 format. */
function columnsOf(body: Buffer): { readonly name: string; readonly binary: boolean }[] {
  const columns: { name: string; binary: boolean }[] = [];
  const count = body.length < 2 ? 0 : body.readUInt16BE(0);
  let at = 2;
  for (let index = 0; index < count; index += 1) {
    const { text, next } = textUntilZero(body, at);
    if (next + 18 > body.length) break;
    columns.push({ name: text, binary: body.readUInt16BE(next + 16) === 1 });
    at = next + 18;
  }
  return columns;
}

/** ErrorResponse: (byte kind, text)*, closed by a zero byte. */
function failureOf(body: Buffer): PostgresFailure {
  const fields = new Map<string, string>();
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const kind = String.fromCharCode(body[at] ?? 0);
    const { text, next } = textUntilZero(body, at + 1);
    fields.set(kind, text);
    at = next;
  }
  return {
    severity: fields.get('V') ?? fields.get('S') ?? '',
    code: fields.get('C') ?? '',
    message: fields.get('M') ?? '',
  };
}

function textUntilZero(body: Buffer, from: number): { readonly text: string; readonly next: number } {
  const zero = body.indexOf(0, from);
  const end = zero < 0 ? body.length : zero;
  return { text: body.toString('utf8', from, end), next: end + 1 };
}
