import { isUtf8 } from 'node:buffer';
import type { BindFields } from '@inland/postgres-wire';

const parametersMax = 100;
const charsMax = 1_024;
const charsInAllMax = 16 * 1024;

/**
 * The values bound to a statement as the record has them: text as it is, whatever its format, so that it can be masked;
 * a binary number in hexadecimal; of other binary values the length alone, since what is in them could not be masked.
 */
export function shownParameters({ parameters, parameterFormats }: BindFields): readonly string[] {
  const shown: string[] = [];
  let left = charsInAllMax;
  for (const [index, value] of parameters.slice(0, parametersMax).entries()) {
    const format = parameterFormats.length === 1 ? parameterFormats[0] : parameterFormats[index];
    const text = value === null ? 'NULL' : shownValue(value, format === 1).slice(0, Math.max(0, left));
    left -= text.length;
    shown.push(text);
  }
  if (parameters.length > parametersMax) shown.push(`(${String(parameters.length - parametersMax)} more)`);
  return shown;
}

function shownValue(value: Buffer, binary: boolean): string {
  if (binary && !isPrintable(value)) return value.length <= 8 ? `\\x${value.toString('hex')}` : omitted(value);
  if (value.length <= charsMax) return value.toString('utf8');
  return `${omitted(value)}`;
}

/** Cut in the middle, a value that must be masked would not be recognised: it is left out as a whole. */
const omitted = (value: Buffer): string => `(${String(value.length)} bytes)`;

/** Text, as most drivers send it in binary: the same bytes. */
function isPrintable(value: Buffer): boolean {
  return isUtf8(value) && !value.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}
