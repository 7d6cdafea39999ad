import { unknown } from './marks.ts';

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** What `$'…'` means, and with few differences `echo -e` and the format of printf. */
export function ansiC(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|0?([0-7]{1,3})|c(.)|(.))/gs,
    (whole, hex, short, long, octal, control, one) => {
      const code = short ?? long;
      if (hex !== undefined) return byte(Number.parseInt(String(hex), 16));
      if (code !== undefined) return codePoint(Number.parseInt(String(code), 16));
      if (octal !== undefined) return byte(Number.parseInt(String(octal), 8) & 0xff);
      if (control !== undefined) return codePoint(String(control).toUpperCase().charCodeAt(0) & 0x1f);
      return simple[String(one)] ?? String(whole);
    },
  );
}

/** Bytes beyond ASCII are parts of characters, which are not put together here. */
function byte(code: number): string {
  return code > 0x7f ? unknown : codePoint(code);
}

/** Backslashes outside of quotes. */
export function unescapeWord(text: string): string {
  return text.includes('\\') ? text.replace(/\\(\n|[^])/g, (_, one) => (one === '\n' ? '' : String(one))) : text;
}

/** Backslashes within double quotes. */
export function unescapeQuoted(text: string): string {
  return text.includes('\\') ? text.replace(/\\([$`"\\\n])/g, (_, one) => (one === '\n' ? '' : String(one))) : text;
}

/** A zero byte ends the text for bash, and a code beyond Unicode has no text. */
function codePoint(code: number): string {
  return code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xf900) ? unknown : String.fromCodePoint(code);
}
