import { isHigh, isLetter, isWord, star, valueBytesMax, type Detector, type Span } from './detector.ts';

const tail = /[A-Za-z0-9._%+'@\u0080-\u00ff-]{1,320}$/;
const at = 0x40;
const dot = 0x2e;
const hyphen = 0x2d;
const localBytesMax = 64;
const labelBytesMax = 63;
/** Of the local part, beside letters and digits. */
const localMarks = new Set(Buffer.from("._%+'-"));

/**
 * E-mail addresses as people write them (RFC 5321 without quoted local parts and address literals; UTF-8 as of RFC 6531).
 * Masked as `a****@*******.com`: the first character, the dots and the last label of the domain stay.
 */
export const email: Detector = {
  mayBe: (bytes, place) => bytes[place] === at,
  find(bytes, places) {
    const spans: Span[] = [];
    let done = 0;
    for (const sign of places) {
      if (bytes[sign] !== at) continue;
      const end = endOfDomain(bytes, sign + 1);
      if (end === undefined) continue;
      const leftmost = Math.max(done, sign - localBytesMax);
      let start = sign;
      while (start > leftmost && isLocal(bytes[start - 1])) start -= 1;
      if (start === sign) continue;
      done = end;
      spans.push({ start, end });
    }
    return spans;
  },
  mask(bytes, { start, end }) {
    const top = bytes.lastIndexOf(dot, end - 1);
    for (let index = isWord(bytes[start]) ? start + 1 : start; index < top; index += 1)
      if (bytes[index] !== at && (bytes[index] !== dot || index === start)) bytes[index] = star;
  },
  heldAtEnd: (text) => tail.exec(text.slice(-valueBytesMax))?.[0].length ?? 0,
};

const isLocal = (byte: number | undefined): boolean =>
  isWord(byte) || isHigh(byte) || (byte !== undefined && localMarks.has(byte));
const isLabel = (byte: number | undefined): boolean => isWord(byte) || isHigh(byte) || byte === hyphen;

/**
 * Where the domain ends that begins here: labels, each behind a dot, of which the last has two bytes or more and begins
 * with a letter. Undefined when there is none.
 */
function endOfDomain(bytes: Uint8Array, from: number): number | undefined {
  if (bytes[from] === hyphen) return undefined;
  let end: number | undefined;
  let label = from;
  for (;;) {
    let next = label;
    while (isLabel(bytes[next])) next += 1;
    const length = next - label;
    if (label === from ? length === 0 : isTop(bytes[label]) && length >= 2) {
      if (label === from) return undefined;
      end = Math.min(next, label + labelBytesMax);
    }
    if (bytes[next] !== dot || length > (label === from ? labelBytesMax : labelBytesMax - 1)) return end;
    label = next + 1;
  }
}

const isTop = (byte: number | undefined): boolean => isLetter(byte) || isHigh(byte);
