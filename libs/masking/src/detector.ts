/** Where a sensitive value stands in a text, and how it is masked there. Offsets count bytes. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  /** As many bytes as the value, so that tables stay in line. */
  readonly masked: string;
}

/**
 * Finds one kind of value. Texts are bytes read as Latin-1, so that offsets are bytes and nothing is ever invalid.
 * `before` is the byte that stood before the text, as a character, or empty at the beginning.
 */
export interface Detector {
  find(text: string, before: string): Finding[];
  /** How many bytes at the end of the text might be the beginning of a value. */
  heldAtEnd(text: string): number;
}

/** The longest value there is: an e-mail address of 64 + 1 + 255 bytes (RFC 5321 §4.5.3.1). */
export const valueBytesMax = 320;

export const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

const word = /[A-Za-z0-9]/;
export const isWord = (character: string): boolean => word.test(character);
