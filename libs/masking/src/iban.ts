import { isWord, type Detector, type Finding } from './detector.ts';

/** Lengths by country, from the IBAN registry (ISO 13616). */
const lengths: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
};

const beginning = /[A-Za-z]{2}[0-9]{2}/g;
const tail = /(?:[A-Za-z]{1,2}|[A-Za-z]{2}[0-9]|[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){0,31} ?)$/;

/**
 * International bank account numbers (ISO 13616): a country's length and the check of ISO/IEC 7064 (mod 97-10), in one
 * piece or in groups parted by single blanks. Masked but for the country and the last four characters.
 */
export const iban: Detector = {
  find(text, before) {
    const findings: Finding[] = [];
    let done = 0;
    for (const match of text.matchAll(beginning)) {
      const start = match.index;
      if (start < done || isWord(start === 0 ? before : (text[start - 1] ?? ''))) continue;
      const end = endOf(text, start);
      if (end === undefined) continue;
      findings.push({ start, end, masked: mask(text.slice(start, end)) });
      done = end;
    }
    return findings;
  },
  heldAtEnd(text) {
    const end = text.slice(-80);
    for (const match of end.matchAll(/[A-Za-z]/g)) {
      const start = match.index;
      if (start > 0 && isWord(end[start - 1] ?? '')) continue;
      const found = tail.exec(end.slice(start));
      if (found?.index === 0) return end.length - start;
    }
    return 0;
  },
};

/** Where the number ends that begins at `start`; undefined when it is none. */
function endOf(text: string, start: number): number | undefined {
  const length = lengths[text.slice(start, start + 2).toUpperCase()];
  if (length === undefined) return undefined;
  let compact = '';
  let at = start;
  while (compact.length < length) {
    const character = text[at];
    if (character === undefined) return undefined;
    if (isWord(character)) compact += character;
    else if (character !== ' ' || text[at - 1] === ' ') return undefined;
    at += 1;
  }
  return !isWord(text[at] ?? '') && mod97(compact.toUpperCase()) ? at : undefined;
}

function mod97(compact: string): boolean {
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest === 1;
}

function mask(value: string): string {
  let seen = 0;
  const total = value.replaceAll(' ', '').length;
  return value.replace(/[A-Za-z0-9]/g, (character) => {
    seen += 1;
    return seen <= 2 || seen > total - 4 ? character : '*';
  });
}
