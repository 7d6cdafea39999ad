import { isDigit, star, type Detector, type Span } from './detector.ts';

const digitsMin = 13;
const digitsMax = 19;
/** The digits that stay. */
const shown = 4;
const tail = /[0-9](?:[ -]?[0-9]){0,40}[ -]?$/;

/** Digits that may be parted by single blanks or hyphens. */
interface Run extends Span {
  readonly digits: number;
}

/**
 * Payment card numbers (ISO/IEC 7812-1): 13 to 19 digits with a Luhn check digit, in one piece or in groups parted by
 * single blanks or hyphens. Masked but for the last four digits, as PCI DSS 4 (3.4.1) allows at most.
 */
export const card: Detector = {
  mayBe: (bytes, place) => isDigit(bytes[place]) && runAround(bytes, 0, place).digits >= digitsMin,
  find(bytes, places, before) {
    const spans: Span[] = [];
    let done = 0;
    for (const place of places) {
      if (place < done || !isDigit(bytes[place])) continue;
      const run = runAround(bytes, done, place);
      done = run.end;
      if (run.digits >= digitsMin && (run.start > 0 || !isDigit(before))) findInRun(bytes, run, spans);
    }
    return spans;
  },
  mask(bytes, { start, end }) {
    let stay = shown;
    for (let at = end - 1; at >= start; at -= 1) if (isDigit(bytes[at]) && (stay -= 1) < 0) bytes[at] = star;
  },
  heldAtEnd: (text) => tail.exec(text.slice(-48))?.[0].length ?? 0,
};

/** The run that a digit is part of, as far as it does not reach before `leftmost`. */
function runAround(bytes: Uint8Array, leftmost: number, at: number): Run {
  let digits = 1;
  let start = at;
  for (;;) {
    if (start > leftmost && isDigit(bytes[start - 1])) start -= 1;
    else if (start - 1 > leftmost && parts(bytes[start - 1]) && isDigit(bytes[start - 2])) start -= 2;
    else break;
    digits += 1;
  }
  let end = at + 1;
  for (;;) {
    if (isDigit(bytes[end])) end += 1;
    else if (parts(bytes[end]) && isDigit(bytes[end + 1])) end += 2;
    else break;
    digits += 1;
  }
  return { start, end, digits };
}

const parts = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x2d;

/** Numbers may stand side by side with a date or a code: every sequence of whole groups is tried, the longest first. */
function findInRun(bytes: Uint8Array, run: Run, spans: Span[]): void {
  let start = run.start;
  while (start < run.end) {
    const end = endOfNumber(bytes, start, run.end);
    if (end !== undefined) spans.push({ start, end });
    start = end ?? start;
    while (start < run.end && isDigit(bytes[start])) start += 1;
    start += 1;
  }
}

const number = new Uint8Array(digitsMax);

/** Where the number ends that begins with this group; undefined when it is none. */
function endOfNumber(bytes: Uint8Array, start: number, runEnd: number): number | undefined {
  // First digits of the card schemes: 2 (Mastercard, Mir), 3 (Amex, Diners, JCB), 4 (Visa), 5, 6 (Maestro, Discover, UnionPay).
  const first = bytes[start] ?? 0;
  if (first < 0x32 || first > 0x36) return undefined;
  let digits = 0;
  let found: number | undefined;
  for (let at = start; at < runEnd; at += 1) {
    const byte = bytes[at] ?? 0;
    if (!isDigit(byte)) continue;
    if (digits === digitsMax) break;
    number[digits] = byte - 0x30;
    digits += 1;
    const endsGroup = at + 1 === runEnd || !isDigit(bytes[at + 1]);
    if (endsGroup && digits >= digitsMin && luhn(digits)) found = at + 1;
  }
  return found;
}

/** The check of ISO/IEC 7812-1 annex B, over so many digits of {@link number}. */
function luhn(digits: number): boolean {
  let sum = 0;
  for (let index = 1; index <= digits; index += 1) {
    const digit = number[digits - index] ?? 0;
    const weighted = index % 2 === 1 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
