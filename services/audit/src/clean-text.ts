/** A text as PostgreSQL takes it: U+0000 and lone surrogates become U+FFFD. */
export function cleanText(text: string): string {
  return Buffer.from(text).toString('utf8').replaceAll('\0', '\uFFFD');
}

/** JSON for a jsonb column, its texts cleaned. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'string' ? cleanText(item) : item));
}
