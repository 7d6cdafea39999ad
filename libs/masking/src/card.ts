import { isDigit, type Detector, type Finding } from './detector.ts';

const run = /[0-9](?:[ -]?[0-9]){12,}/g;
const tail = /[0-9](?:[ -]?[0-9]){0,40}[ -]?$/;
/** First digits of the card schemes: 2 (Mastercard, Mir), 3 (Amex, Diners, JCB), 4 (Visa), 5, 6 (Maestro, Discover, UnionPay). */
const scheme = /^[2-6]/;

/**
 * Payment card numbers (ISO/IEC 7812-1): 13 to 19 digits with a Luhn check digit, in one piece or in groups parted by
 * single blanks or hyphens. Masked but for the last four digits, as PCI DSS 4 (3.4.1) allows at most.
 */
export const card: Detector = {
  find(text, before) {
    const findings: Finding[] = [];
    for (const match of text.matchAll(run)) {
      if (match.index === 0 && isDigit(before)) continue;
      findings.push(...inRun(match[0], match.index));
    }
    return findings;
  },
  heldAtEnd: (text) => tail.exec(text.slice(-48))?.[0].length ?? 0,
};

interface Group {
  readonly start: number;
  readonly digits: string;
}

/** Numbers may stand side by side with a date or a code: every sequence of whole groups is tried, the longest first. */
function inRun(text: string, offset: number): Finding[] {
  const groups: Group[] = [...text.matchAll(/[0-9]+/g)].map((match) => ({ start: match.index, digits: match[0] }));
  const findings: Finding[] = [];
  for (let first = 0; first < groups.length; first += 1) {
    const last = lastOfNumber(groups, first);
    if (last === undefined) continue;
    const start = groups[first]?.start ?? 0;
    const end = (groups[last]?.start ?? 0) + (groups[last]?.digits.length ?? 0);
    findings.push({ start: offset + start, end: offset + end, masked: mask(text.slice(start, end)) });
    first = last;
  }
  return findings;
}

function lastOfNumber(groups: readonly Group[], first: number): number | undefined {
  let digits = '';
  let found: number | undefined;
  for (let last = first; last < groups.length && digits.length < 19; last += 1) {
    digits += groups[last]?.digits ?? '';
    if (digits.length >= 13 && digits.length <= 19 && scheme.test(digits) && luhn(digits)) found = last;
  }
  return found;
}

/** The check of ISO/IEC 7812-1 annex B. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

function mask(value: string): string {
  let left = value.replace(/[^0-9]/g, '').length - 4;
  return value.replace(/[0-9]/g, (digit) => (left-- > 0 ? '*' : digit));
}
