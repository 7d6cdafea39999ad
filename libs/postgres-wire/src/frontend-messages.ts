import { FieldReader } from './field-reader.ts';
import { bodyOffset, type WireMessage } from './message-decoder.ts';

const body = ({ raw }: WireMessage): FieldReader => new FieldReader(raw, bodyOffset);

/** Query, and a password (PasswordMessage): String. */
export function readText(message: WireMessage): string {
  const reader = body(message);
  const text = reader.text();
  reader.end();
  return text;
}

export interface ParseFields {
  /** Empty: the unnamed statement. */
  readonly statement: string;
  readonly text: string;
}

/** Parse: String statement · String text · Int16 n · Int32 type × n. */
export function readParse(message: WireMessage): ParseFields {
  const reader = body(message);
  const statement = reader.text();
  const text = reader.text();
  reader.bytes(reader.count() * 4);
  reader.end();
  return { statement, text };
}

export interface BindFields {
  readonly portal: string;
  readonly statement: string;
  /** As for the results. */
  readonly parameterFormats: readonly number[];
  /** Views, not copies; null for NULL. */
  readonly parameters: readonly (Buffer | null)[];
  /** None: all text; one: for all columns; else one for each. 0 text, 1 binary. */
  readonly resultFormats: readonly number[];
}

/** Bind: String portal · String statement · formats · Int16 n · (Int32 length · bytes) × n · formats. */
export function readBind(message: WireMessage): BindFields {
  const reader = body(message);
  const portal = reader.text();
  const statement = reader.text();
  const parameterFormats = Array.from({ length: reader.count() }, () => reader.int16());
  const parameters = Array.from({ length: reader.count() }, () => {
    const length = reader.int32();
    return length >= 0 ? reader.bytes(length) : null;
  });
  const resultFormats = Array.from({ length: reader.count() }, () => reader.int16());
  reader.end();
  return { portal, statement, parameterFormats, parameters, resultFormats };
}

/** Execute: String portal · Int32 rows (0: all). */
export function readExecute(message: WireMessage): { readonly portal: string; readonly rowsMax: number } {
  const reader = body(message);
  const portal = reader.text();
  const rowsMax = reader.int32();
  reader.end();
  return { portal, rowsMax };
}

/** Describe and Close: Byte1 ('S' statement, 'P' portal) · String name. */
export function readNamed(message: WireMessage): { readonly of: 'statement' | 'portal'; readonly name: string } {
  const reader = body(message);
  const of = reader.byte() === 0x53 ? 'statement' : 'portal';
  const name = reader.text();
  reader.end();
  return { of, name };
}

/** FunctionCall: Int32 object id of the function, then its arguments, which are not looked at. */
export function readFunctionId(message: WireMessage): number {
  return body(message).uint32();
}
