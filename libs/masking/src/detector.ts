/** Where a sensitive value stands among bytes: from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Finds and masks one kind of value among bytes, of whatever encoding: it looks for ASCII, and bytes of 128 and above. */
export interface Detector {
  /** Whether a value might be at a place that {@link candidatePlaces} gives: a cheap look. */
  mayBe(bytes: Uint8Array, place: number): boolean;
  /** The values, in order, given those places. `before` is the byte that stood before all, -1 at the beginning. */
  find(bytes: Uint8Array, places: Int32Array, before: number): Span[];
  /** Masks a value that was found, where it stands: as many bytes as it has, so that tables stay in line. */
  mask(bytes: Uint8Array, span: Span): void;
  /** How many bytes at the end of the text, of Latin-1, might be the beginning of a value. */
  heldAtEnd(text: string): number;
}

/** The longest value there is: an e-mail address of 64 + 1 + 255 bytes (RFC 5321 §4.5.3.1). */
export const valueBytesMax = 320;
/** `*`, which masks. */
export const star = 0x2a;

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
export const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
export const isWord = (byte: number | undefined): boolean => isDigit(byte) || isLetter(byte);
/** Not ASCII: part of a character in UTF-8. */
export const isHigh = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x80;
