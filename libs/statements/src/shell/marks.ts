/** Stands in a text for what is not known of it; never leaves a word. */
export const unknown = '\uE000';
/** The same where it may also be several words, or none. */
export const unknownWords = '\uE001';
/** Between the words that one expansion gives. */
export const split = '\uE002';
/** Braces and commas that are not quoted. */
export const openBrace = '\uE003';
export const closeBrace = '\uE004';
export const comma = '\uE005';
/** An empty text in quotes: a word although nothing is in it. */
export const emptyWord = '\uE006';

const marks = /[\uE000-\uE00F]/;

/** Texts with these characters cannot be told from marks. */
export function hasMarks(text: string): boolean {
  return marks.test(text);
}

/** Whether all of a text is known. */
export function isKnown(text: string): boolean {
  return !text.includes(unknown) && !text.includes(unknownWords);
}
