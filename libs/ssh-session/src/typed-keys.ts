import { Utf8Reader } from './utf8-reader.ts';

/** A key that edits, in the meaning that readline's emacs mode and the terminal driver share. */
export type EditKey =
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'backspace'
  | 'delete'
  | 'kill-to-start'
  | 'kill-to-end'
  | 'kill-word';

/**
 * What one typed byte completes: text; Enter; an edit; `interrupt` (^C); `end-of-file` (^D); `nothing` that changes the
 * line; or `unknown`, a key whose effect only the target knows (history, completion, search, undo, what is not parsed).
 */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'enter'; readonly pasted: boolean }
  | { readonly kind: 'edit'; readonly edit: EditKey }
  | { readonly kind: 'interrupt' | 'end-of-file' | 'suspend' | 'nothing' | 'unknown' };

const sequenceBytesMax = 64;
const unknown: Key = { kind: 'unknown' };
const nothing: Key = { kind: 'nothing' };
const edit = (key: EditKey): Key => ({ kind: 'edit', edit: key });

const controls: Readonly<Record<number, Key>> = {
  0x01: edit('home'), // ^A
  0x02: edit('left'), // ^B
  0x03: { kind: 'interrupt' },
  0x04: { kind: 'end-of-file' },
  0x05: edit('end'), // ^E
  0x06: edit('right'), // ^F
  0x08: edit('backspace'), // ^H
  0x0b: edit('kill-to-end'), // ^K
  0x0c: nothing, // ^L draws again
  0x15: edit('kill-to-start'), // ^U
  0x17: edit('kill-word'), // ^W
  0x1a: { kind: 'suspend' }, // ^Z
  0x1c: { kind: 'suspend' }, // ^\
  0x7f: edit('backspace'),
};

/** ECMA-48 §5.4 control sequences that move or delete; xterm and VT220 forms. */
const sequences: Readonly<Record<string, Key>> = {
  C: edit('right'),
  D: edit('left'),
  H: edit('home'),
  F: edit('end'),
  '1~': edit('home'),
  '7~': edit('home'),
  '4~': edit('end'),
  '8~': edit('end'),
  '3~': edit('delete'),
};

/** CR, LF, and ^O, which accepts a line in readline too. */
const isEnter = (byte: number): boolean => byte === 0x0d || byte === 0x0a || byte === 0x0f;

/**
 * Reads keys from the bytes that a terminal sends. It keeps its place between bytes, so that a sequence may be split
 * anywhere. States: `ground`; `escape` (after ESC); `control` (inside ESC [ …); `single` (after ESC O).
 */
export class TypedKeys {
  readonly #utf8 = new Utf8Reader();
  #state: 'ground' | 'escape' | 'control' | 'single' = 'ground';
  #sequence = '';
  #pasting = false;

  /** The keys that this byte completes, in order: usually one, none inside a sequence. */
  read(byte: number): readonly Key[] {
    switch (this.#state) {
      case 'ground':
        return this.#ground(byte);
      case 'escape':
        return this.#escape(byte);
      case 'control':
        return this.#control(byte);
      case 'single':
        this.#state = 'ground';
        if (byte < 0x20) return [unknown, ...this.#ground(byte)];
        return [(this.#pasting ? undefined : sequences[String.fromCharCode(byte)]) ?? unknown];
    }
  }

  /** Forgets a sequence, a character or a paste that has begun. */
  reset(): void {
    this.#state = 'ground';
    this.#pasting = false;
    this.#utf8.flush();
  }

  #ground(byte: number): readonly Key[] {
    if (byte >= 0x20 && byte !== 0x7f) {
      const text = this.#utf8.read(byte);
      return text === '' ? [] : [{ kind: 'text', text }];
    }
    const broken = this.#utf8.flush();
    const before: readonly Key[] = broken === '' ? [] : [{ kind: 'text', text: broken }];
    if (isEnter(byte)) return [...before, { kind: 'enter', pasted: this.#pasting }];
    if (byte === 0x1b) {
      this.#state = 'escape';
      return before;
    }
    if (this.#pasting) return [...before, byte === 0x09 ? { kind: 'text', text: '\t' } : unknown];
    return [...before, controls[byte] ?? unknown];
  }

  #escape(byte: number): readonly Key[] {
    if (byte === 0x1b) return [unknown];
    this.#sequence = '';
    this.#state = byte === 0x5b ? 'control' : byte === 0x4f ? 'single' : 'ground';
    if (this.#state !== 'ground') return [];
    return byte < 0x20 ? [unknown, ...this.#ground(byte)] : [unknown];
  }

  #control(byte: number): readonly Key[] {
    if (byte < 0x20 || byte > 0x7e || this.#sequence.length >= sequenceBytesMax) {
      this.#state = 'ground';
      return [unknown, ...this.#ground(byte)];
    }
    this.#sequence += String.fromCharCode(byte);
    if (byte < 0x40) return [];
    this.#state = 'ground';
    if (this.#sequence === '200~' || this.#sequence === '201~') {
      this.#pasting = this.#sequence === '200~';
      return [nothing];
    }
    return [(this.#pasting ? undefined : sequences[this.#sequence]) ?? unknown];
  }
}
