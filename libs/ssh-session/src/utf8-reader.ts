const replacement = '\uFFFD';

/**
 * Reads UTF-8 (RFC 3629) one byte at a time, so that a character may be split anywhere. What is not UTF-8 becomes U+FFFD.
 */
export class Utf8Reader {
  #missing = 0;
  #code = 0;
  #least = 0;

  /** The text that this byte completes; empty while a character is unfinished. */
  read(byte: number): string {
    if (this.#missing > 0) {
      if ((byte & 0xc0) !== 0x80) return this.flush() + this.read(byte);
      this.#code = (this.#code << 6) | (byte & 0x3f);
      this.#missing -= 1;
      if (this.#missing > 0) return '';
      const code = this.#code;
      const wrong = code < this.#least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
      return wrong ? replacement : String.fromCodePoint(code);
    }
    if (byte < 0x80) return String.fromCharCode(byte);
    if (byte >= 0xc2 && byte <= 0xdf) return this.#begin(1, byte & 0x1f, 0x80);
    if (byte >= 0xe0 && byte <= 0xef) return this.#begin(2, byte & 0x0f, 0x800);
    if (byte >= 0xf0 && byte <= 0xf4) return this.#begin(3, byte & 0x07, 0x10000);
    return replacement;
  }

  /** Gives up on an unfinished character: U+FFFD when there was one. */
  flush(): string {
    if (this.#missing === 0) return '';
    this.#missing = 0;
    return replacement;
  }

  #begin(missing: number, bits: number, least: number): string {
    this.#missing = missing;
    this.#code = bits;
    this.#least = least;
    return '';
  }
}
