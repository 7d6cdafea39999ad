import { closeBrace, comma, openBrace, unknown } from './marks.ts';

const wordsMax = 64;

/** `a{b,c}d` → `abd acd`, of the braces that are marked as not quoted; undefined: too many. */
export function expandBraces(text: string): readonly string[] | undefined {
  if (!text.includes(openBrace)) return [plainBraces(text)];
  const words: string[] = [];
  const pending = [text];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const parts = firstBraces(next);
    if (parts === undefined) words.push(plainBraces(next));
    else for (const part of parts.toReversed()) pending.push(part);
    if (words.length + pending.length > wordsMax) return undefined;
  }
  return words;
}

/** A pair without a comma or a range is no expansion; what stands in it may be. */
function firstBraces(text: string): readonly string[] | undefined {
  for (let open = text.indexOf(openBrace); open >= 0; open = text.indexOf(openBrace, open + 1)) {
    const commas: number[] = [];
    let depth = 0;
    for (let at = open; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === openBrace) depth += 1;
      else if (sign === comma && depth === 1) commas.push(at);
      else if (sign === closeBrace && --depth === 0) {
        const before = text.slice(0, open);
        const after = text.slice(at + 1);
        const inner = text.slice(open + 1, at);
        const choices = commas.length > 0 ? cut(text, open, commas, at) : range(inner);
        if (choices !== undefined) return choices.map((choice) => before + choice + after);
        break;
      }
    }
  }
  return undefined;
}

function cut(text: string, open: number, commas: readonly number[], close: number): readonly string[] {
  const ends = [open, ...commas, close];
  return ends.slice(1).map((end, index) => text.slice((ends[index] ?? 0) + 1, end));
}

function range(inner: string): readonly string[] | undefined {
  const found = /^(-?\d{1,6}|[a-z])\.\.(-?\d{1,6}|[a-z])(\.\.-?\d+)?$/i.exec(inner);
  if (found === null) return undefined;
  const [, from = '', to = '', step] = found;
  const numeric = /\d/.test(from);
  if (numeric !== /\d/.test(to)) return undefined;
  const first = numeric ? Number(from) : from.charCodeAt(0);
  const last = numeric ? Number(to) : to.charCodeAt(0);
  if (step !== undefined || Math.abs(last - first) >= wordsMax || /^-?0\d/.test(from)) return [unknown];
  const sign = last < first ? -1 : 1;
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => {
    const value = first + sign * index;
    return numeric ? String(value) : String.fromCharCode(value);
  });
}

function plainBraces(text: string): string {
  return text.replaceAll(openBrace, '{').replaceAll(closeBrace, '}').replaceAll(comma, ',');
}
