/** Characters that operators are made of, so many of them together that it matters. */
const run = /[-~!@#^&|`?+*/%<>=]{32,}/g;
const commentOpens = /\/\*/g;
/** Signs that PostgreSQL's lexer takes one by one off an operator's end; two minus signs begin a comment. */
const signs = /(?:\+|-(?!-)){32,}/g;

/** Characters looked at again and again: a millionth of a second holds some 40 of them. */
const againMax = 1_000_000;
const signsAgainMax = 100_000_000;

/**
 * Whether PostgreSQL's lexer would take seconds for a text: at each opening of a comment it looks to the end of the
 * operator characters before it goes back (100,000 openings in a row: 40 s), and at each sign likewise.
 */
export function isCostlyToLex(text: string): boolean {
  let again = 0;
  let signsAgain = 0;
  for (const [characters] of text.matchAll(run)) {
    again += characters.length * (characters.match(commentOpens)?.length ?? 0);
    for (const [all] of characters.matchAll(signs)) signsAgain += all.length ** 3 / 6;
    if (again > againMax || signsAgain > signsAgainMax) return true;
  }
  return false;
}
