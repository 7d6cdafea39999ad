import { valueBytesMax, type Detector, type Finding } from './detector.ts';

const address =
  /[A-Za-z0-9._%+'\u0080-\u00ff-]{1,64}@[A-Za-z0-9\u0080-\u00ff](?:[A-Za-z0-9\u0080-\u00ff-]{0,62}\.)+[A-Za-z\u0080-\u00ff][A-Za-z0-9\u0080-\u00ff-]{1,62}/g;
const tail = /[A-Za-z0-9._%+'@\u0080-\u00ff-]{1,320}$/;

/**
 * E-mail addresses as people write them (RFC 5321 without quoted local parts and address literals; UTF-8 as of RFC 6531).
 * Masked as `a****@*******.com`: the first character, the dots and the last label of the domain stay.
 */
export const email: Detector = {
  find(text) {
    if (!text.includes('@')) return [];
    const findings: Finding[] = [];
    for (const match of text.matchAll(address)) {
      const [value] = match;
      findings.push({ start: match.index, end: match.index + value.length, masked: mask(value) });
    }
    return findings;
  },
  heldAtEnd: (text) => tail.exec(text.slice(-valueBytesMax))?.[0].length ?? 0,
};

function mask(value: string): string {
  const top = value.lastIndexOf('.');
  const first = /[A-Za-z0-9]/.test(value[0] ?? '') ? (value[0] ?? '') : '*';
  return first + value.slice(1, top).replace(/[^@.]/g, '*') + value.slice(top);
}
