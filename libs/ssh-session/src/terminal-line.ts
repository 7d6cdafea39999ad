import { DrawnLine } from './drawn-line.ts';
import { EditedText } from './edited-text.ts';
import { ShownScreen } from './shown-screen.ts';
import { TypedKeys, type EditKey, type Key } from './typed-keys.ts';

/** How a line's text is known. */
export type LineSource =
  /** From the keys alone. */
  | 'typed'
  /** From what the target drew after a key whose effect only it knows (history, completion, search). */
  | 'screen'
  /** It is not: such a key was the last thing before Enter, or the line was longer than is kept. */
  | 'unknown';

/** A piece of what was typed. All pieces' bytes, in order, are exactly the bytes that were typed. */
export type TypedPiece =
  /** May go to the target at once. */
  | { readonly kind: 'pass'; readonly data: Uint8Array }
  /**
   * A finished line: `enter` must be held until policy has decided on `text`, and every later piece behind it. `hidden`
   * says that it answers a question for a secret and was not echoed: then `text` is empty.
   */
  | {
      readonly kind: 'line';
      readonly text: string;
      readonly enter: Uint8Array;
      readonly hidden: boolean;
      readonly source: LineSource;
    };

export interface TerminalLineOptions {
  /** How much of a line is kept, in bytes of UTF-8. 64 KiB unless told. */
  readonly maxBytes?: number;
  /** The terminal's width. 80 unless told. */
  readonly columns?: number;
}

/**
 * Follows a person's keys and the target's echo on one terminal, and says which line each Enter would submit. An aid,
 * not a wall: what a program on the target makes of the keys is the program's.
 */
export class TerminalLine {
  readonly #keys = new TypedKeys();
  readonly #screen = new ShownScreen();
  readonly #drawn = new DrawnLine(this.#screen.rows);
  readonly #edited: EditedText;
  /** A key was typed whose effect only the target knows. */
  #unsure = false;
  /** The target wrote since the last such key. */
  #answered = false;
  /** Moved to the right at the end of the line, where a shell may take over what it has suggested. */
  #mayHaveTaken = false;
  /** The text cannot be known, whatever the target writes. */
  #lost = false;
  /** A line break was pasted, so that this line may be joined with the one before. */
  #joined = false;
  /** Text typed since the target last wrote. */
  #notEchoed = '';

  constructor(options: TerminalLineOptions = {}) {
    this.#edited = new EditedText(options.maxBytes ?? 64 * 1024);
    if (options.columns !== undefined) this.#screen.rows.resize(options.columns);
  }

  /** The terminal has this many columns from now on. */
  resize(columns: number): void {
    this.#screen.rows.resize(columns);
  }

  /** What the target wrote, at any split. */
  shown(data: Uint8Array): void {
    if (data.length === 0) return;
    const wasAlternate = this.#screen.alternate;
    this.#screen.write(data);
    this.#answered = true;
    this.#notEchoed = '';
    this.#drawn.answered();
    if (wasAlternate !== this.#screen.alternate) this.clear();
  }

  /**
   * What the person typed, at any split. The pieces refer to `data` and do not copy it. When a line is refused, the caller
   * drops the pieces after it, has the target clear its line, and calls {@link clear}.
   */
  typed(data: Uint8Array): TypedPiece[] {
    if (this.#screen.alternate) return data.length === 0 ? [] : [{ kind: 'pass', data }];
    const pieces: TypedPiece[] = [];
    let from = 0;
    for (let index = 0; index < data.length; index += 1)
      for (const key of this.#keys.read(data[index] ?? 0)) {
        const line = this.#press(key);
        if (line === undefined) continue;
        if (from < index) pieces.push({ kind: 'pass', data: data.subarray(from, index) });
        from = index + 1;
        pieces.push({ ...line, kind: 'line', enter: data.subarray(index, from) });
      }
    if (from < data.length) pieces.push({ kind: 'pass', data: data.subarray(from) });
    return pieces;
  }

  /** Forgets the line that has begun: after a refusal. */
  clear(): void {
    this.#keys.reset();
    this.#joined = false;
    this.#drawn.forget();
    this.#restart();
  }

  #restart(): void {
    this.#edited.clear();
    this.#unsure = false;
    this.#mayHaveTaken = false;
    this.#lost = false;
    this.#notEchoed = '';
  }

  /** The line that this key submits, if it does. */
  #press(key: Key): { text: string; hidden: boolean; source: LineSource } | undefined {
    if (this.#edited.isEmpty && !this.#unsure) this.#begin();
    switch (key.kind) {
      case 'text':
        for (const character of key.text) this.#edited.insert(character);
        if (this.#notEchoed.length < 4096) this.#notEchoed += key.text;
        else this.#lost ||= this.#unsure;
        return undefined;
      case 'edit':
        this.#edit(key.edit);
        return undefined;
      case 'enter': {
        const line = this.#line();
        if (line.hidden) this.#drawn.forget();
        else this.#drawn.submitted(line.text);
        this.#restart();
        this.#joined = key.pasted;
        return line;
      }
      case 'end-of-file':
        // Readline deletes at the cursor; a program without line editing is given the text as it stands.
        if (!this.#edited.atEnd) this.#edit('delete');
        else if (!this.#edited.isEmpty || this.#unsure) return this.#line();
        return undefined;
      case 'interrupt':
        this.#joined = false;
        this.#drawn.forget();
        this.#restart();
        return undefined;
      case 'suspend':
        if (!this.#edited.isEmpty) this.#becomeUnsure();
        return undefined;
      case 'unknown':
        this.#becomeUnsure();
        return undefined;
      case 'nothing':
        return undefined;
    }
  }

  #edit(key: EditKey): void {
    if (this.#joined && this.#edited.atStart && key !== 'right' && key !== 'end') this.#lost = true;
    if (this.#edited.atEnd && (key === 'right' || key === 'end')) {
      this.#mayHaveTaken = true;
      this.#answered = false;
    }
    this.#edited.apply(key);
    // On a line that only the screen knows, an edit must have been drawn before Enter.
    if (this.#unsure) this.#becomeUnsure();
  }

  #becomeUnsure(): void {
    this.#unsure = true;
    this.#answered = false;
    this.#notEchoed = '';
  }

  /** The first key of a line. */
  #begin(): void {
    if (this.#drawn.choseOnly()) {
      this.#unsure = true;
      this.#answered = true;
    } else this.#drawn.begin();
  }

  #line(): { text: string; hidden: boolean; source: LineSource } {
    if (this.#drawn.answersSecretly) return { text: '', hidden: true, source: 'typed' };
    if (this.#lost || this.#edited.overflowed) return { text: this.#edited.text, hidden: false, source: 'unknown' };
    if (!this.#unsure) return this.#typedOrTaken(this.#edited.text);
    if (!this.#answered) return { text: this.#edited.text, hidden: false, source: 'unknown' };
    return { text: this.#drawn.found() + this.#notEchoed, hidden: false, source: 'screen' };
  }

  /** A suggestion that a shell drew behind the cursor is the line's, once the cursor has moved behind it. */
  #typedOrTaken(text: string): { text: string; hidden: boolean; source: LineSource } {
    const drawn = this.#drawn.text();
    const suggested = this.#mayHaveTaken && drawn.length > text.length && drawn.startsWith(text);
    if (suggested && this.#drawn.cursorAtEnd) return { text: drawn, hidden: false, source: 'screen' };
    return { text, hidden: false, source: suggested && !this.#answered ? 'unknown' : 'typed' };
  }
}
