import type { EditKey } from './typed-keys.ts';

/** A text with a cursor, edited as readline's emacs mode does. At most `maxBytes` of UTF-8 are kept. */
export class EditedText {
  readonly #maxBytes: number;
  #characters: string[] = [];
  #cursor = 0;
  #bytes = 0;
  #overflowed = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get text(): string {
    return this.#characters.join('');
  }
  get isEmpty(): boolean {
    return this.#characters.length === 0;
  }
  get atStart(): boolean {
    return this.#cursor === 0;
  }
  get atEnd(): boolean {
    return this.#cursor === this.#characters.length;
  }
  /** Whether something was typed that is not kept, for its length. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  clear(): void {
    this.#characters = [];
    this.#cursor = 0;
    this.#bytes = 0;
    this.#overflowed = false;
  }

  insert(character: string): void {
    const bytes = Buffer.byteLength(character);
    if (this.#bytes + bytes > this.#maxBytes) {
      this.#overflowed = true;
      return;
    }
    this.#bytes += bytes;
    if (this.atEnd) this.#characters.push(character);
    else this.#characters.splice(this.#cursor, 0, character);
    this.#cursor += 1;
  }

  apply(key: EditKey): void {
    const length = this.#characters.length;
    switch (key) {
      case 'left':
        this.#cursor = Math.max(0, this.#cursor - 1);
        return;
      case 'right':
        this.#cursor = Math.min(length, this.#cursor + 1);
        return;
      case 'home':
        this.#cursor = 0;
        return;
      case 'end':
        this.#cursor = length;
        return;
      case 'backspace':
        this.#remove(Math.max(0, this.#cursor - 1), this.#cursor);
        return;
      case 'delete':
        this.#remove(this.#cursor, Math.min(length, this.#cursor + 1));
        return;
      case 'kill-to-start':
        this.#remove(0, this.#cursor);
        return;
      case 'kill-to-end':
        this.#remove(this.#cursor, length);
        return;
      case 'kill-word':
        this.#remove(this.#wordStart(), this.#cursor);
        return;
    }
  }

  /** Where the word before the cursor starts: words are what stands between blanks. */
  #wordStart(): number {
    const isBlank = (index: number): boolean => /\s/.test(this.#characters[index] ?? '');
    let start = this.#cursor;
    while (start > 0 && isBlank(start - 1)) start -= 1;
    while (start > 0 && !isBlank(start - 1)) start -= 1;
    return start;
  }

  #remove(from: number, to: number): void {
    if (from >= to) return;
    const removed = this.#characters.splice(from, to - from);
    this.#bytes -= Buffer.byteLength(removed.join(''));
    this.#cursor = from;
  }
}
