import { isDigit, isLetter, isWord, star, type Detector, type Span } from './detector.ts';
import { ibanLengths } from './iban-lengths.ts';

const tail = /(?:[A-Za-z]{1,2}|[A-Za-z]{2}[0-9]|[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){0,31} ?)$/;
const blank = 0x20;
/** Lengths by the two letters, five bits each; 0 for no country. */
const lengths = new Uint8Array(32 * 32);
for (const [country, length] of Object.entries(ibanLengths)) {
  const [one = 0, other = 0] = Buffer.from(country);
  lengths[letters(one, other)] = length;
}

/**
 * International bank account numbers (ISO 13616): a country's length and the check of ISO/IEC 7064 (mod 97-10), in one
 * piece or in groups parted by single blanks. Masked but for the country and the last four characters.
 */
export const iban: Detector = {
  mayBe: (bytes, place) => isLetter(bytes[place]) && endOf(bytes, place) !== undefined,
  find(bytes, places, before) {
    const spans: Span[] = [];
    let done = 0;
    for (const start of places) {
      if (start < done || !isLetter(bytes[start]) || isWord(start === 0 ? before : bytes[start - 1])) continue;
      const end = endOf(bytes, start);
      if (end === undefined) continue;
      spans.push({ start, end });
      done = end;
    }
    return spans;
  },
  mask(bytes, { start, end }) {
    let stay = 4;
    for (let at = end - 1; at >= start + 2; at -= 1) if (bytes[at] !== blank && (stay -= 1) < 0) bytes[at] = star;
  },
  heldAtEnd(text) {
    const end = text.slice(-80);
    for (const match of end.matchAll(/[A-Za-z]/g)) {
      const start = match.index;
      if (start > 0 && isWord(end.charCodeAt(start - 1))) continue;
      const found = tail.exec(end.slice(start));
      if (found?.index === 0) return end.length - start;
    }
    return 0;
  },
};

function letters(one: number, other: number): number {
  return ((one & 0x1f) << 5) | (other & 0x1f);
}

/** How long a number of this country is; 0 when there is none. */
const lengthAt = (bytes: Uint8Array, at: number): number => lengths[letters(bytes[at] ?? 0, bytes[at + 1] ?? 0)] ?? 0;

/** Where the number ends that begins here; undefined when it is none. */
function endOf(bytes: Uint8Array, start: number): number | undefined {
  const length = lengthAt(bytes, start);
  if (length === 0) return undefined;
  let rest = 0;
  let count = 0;
  let at = start;
  for (; count < length; at += 1) {
    const byte = bytes[at];
    if (isWord(byte)) {
      count += 1;
      if (count > 4) rest = mod97(rest, byte);
    } else if (byte !== blank || bytes[at - 1] === blank) return undefined;
  }
  if (isWord(bytes[at])) return undefined;
  for (let index = 0; index < 4; index += 1) rest = mod97(rest, bytes[start + index]);
  return rest === 1 ? at : undefined;
}

/** ISO/IEC 7064 MOD 97-10, one character on: a letter counts as two digits. */
function mod97(rest: number, byte: number | undefined = 0): number {
  return isDigit(byte) ? (rest * 10 + byte - 0x30) % 97 : (rest * 100 + (byte & 0x1f) + 9) % 97;
}
