import type { ShownRows } from './shown-rows.ts';

const secretQuestion =
  /(pass(word|phrase|code|wd)|passwort|kennwort|mot de passe|contraseña|\bpin\b|\botp\b|secret|token|one-time|verification code).{0,200}[:?]\s*$/iu;
/** How readline draws a search through the history: what it has found stands after the quote. */
const search = /^\((?:failed )?(?:reverse-)?i-search\)`.*?': (.*)$/su;
/** How much of a prompt is looked at, in cells. */
const promptCellsMax = 400;

/** The line at the cursor as the target drew it: the prompt, and what stands after it. */
export class DrawnLine {
  readonly #rows: ShownRows;
  /** Where the prompt ended, in cells of the cursor's line, and what it said, when the line's first key was typed. */
  #promptCells = 0;
  #prompt = '';
  /** The last line that Enter submitted, the row in which it ended, and whether the target wrote since. */
  #last: { readonly text: string; readonly row: number; answered: boolean } | undefined;

  constructor(rows: ShownRows) {
    this.#rows = rows;
  }

  /** A line begins here: what stands before the cursor is the prompt. */
  begin(): void {
    const { cells, cursor } = this.#rows.line();
    this.#promptCells = cursor;
    this.#prompt = cells.slice(Math.max(0, cursor - promptCellsMax), cursor).join('');
  }

  submitted(text: string): void {
    this.#last = { text, row: this.#rows.row, answered: false };
  }

  /** The target wrote. */
  answered(): void {
    if (this.#last !== undefined) this.#last.answered = true;
  }

  /** What was submitted last does not count any more. */
  forget(): void {
    this.#last = undefined;
  }

  /**
   * The last Enter submitted nothing but chose from a list, or so: in its row stands another text now, which the next Enter
   * would submit.
   */
  choseOnly(): boolean {
    if (this.#last?.answered !== true || this.#rows.row > this.#last.row) return false;
    const text = this.text();
    return text !== '' && !this.#last.text.startsWith(text);
  }

  /** What stands after the prompt. */
  text(): string {
    return this.#rows.line().cells.slice(this.#promptCells).join('').trimEnd();
  }

  /** The same, or what a search through the history has found. */
  found(): string {
    return search.exec(this.#rows.line().cells.join(''))?.[1]?.trimEnd() ?? this.text();
  }

  get cursorAtEnd(): boolean {
    const { cells, cursor } = this.#rows.line();
    return cells.slice(cursor).join('').trim() === '';
  }

  /** The prompt asks for a secret, and nothing of the answer is shown. */
  get answersSecretly(): boolean {
    return secretQuestion.test(this.#prompt) && /^[*•●]*$/u.test(this.text());
  }
}
