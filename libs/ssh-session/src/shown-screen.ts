import { ShownRows } from './shown-rows.ts';
import { Utf8Reader } from './utf8-reader.ts';

const parameterBytesMax = 64;
/** How much output is worth drawing: of more, only what stands after its last line feed. */
const drawnBytesMax = 4096;

/**
 * Follows what a target writes to a terminal (ECMA-48; xterm's private modes), as far as {@link ShownRows} draws it and
 * the alternate screen needs it. States: `ground`; `escape`; `control` (CSI); `string` (OSC, DCS and their like, to their
 * end); `designate` (one byte follows).
 */
export class ShownScreen {
  readonly rows = new ShownRows();
  readonly #utf8 = new Utf8Reader();
  #state: 'ground' | 'escape' | 'control' | 'string' | 'designate' = 'ground';
  #parameters = '';
  #alternate = false;

  /** Whether a full-screen program has the alternate screen. */
  get alternate(): boolean {
    return this.#alternate;
  }

  write(data: Uint8Array): void {
    let escape = -1;
    for (let index = 0; index < data.length; index += 1) {
      // Looked for once between two escapes, so that the whole stays linear.
      if (index > escape && this.#state === 'ground' && data.length - index > drawnBytesMax) {
        const next = data.indexOf(0x1b, index);
        escape = next === -1 ? data.length : next;
        index = this.#skip(data, index, escape);
      }
      this.#read(data[index] ?? 0);
    }
  }

  /** From `index`, the place of the last line feed before the escape: rows above it are not needed. */
  #skip(data: Uint8Array, index: number, escape: number): number {
    const lineFeed = data.subarray(index, escape).lastIndexOf(0x0a);
    if (lineFeed <= 0) return index;
    this.#utf8.flush();
    this.rows.clear();
    return index + lineFeed;
  }

  #read(byte: number): void {
    switch (this.#state) {
      case 'ground':
        this.#ground(byte);
        return;
      case 'escape':
        this.#escape(byte);
        return;
      case 'control':
        this.#control(byte);
        return;
      case 'string':
        if (byte === 0x07 || byte === 0x18 || byte === 0x1a) this.#state = 'ground';
        else if (byte === 0x1b) this.#state = 'escape';
        return;
      case 'designate':
        this.#state = 'ground';
        return;
    }
  }

  #ground(byte: number): void {
    if (byte >= 0x20 && byte !== 0x7f) {
      const text = this.#utf8.read(byte);
      for (const character of text) this.rows.write(character);
      return;
    }
    this.#utf8.flush();
    if (byte === 0x1b) this.#state = 'escape';
    else this.#c0(byte);
  }

  #c0(byte: number): void {
    if (byte === 0x0d) this.rows.carriageReturn();
    else if (byte >= 0x0a && byte <= 0x0c) this.rows.lineFeed();
    else if (byte === 0x08) this.rows.back(1);
    else if (byte === 0x09) this.rows.tab();
  }

  #escape(byte: number): void {
    if (byte === 0x1b) return;
    this.#state = 'ground';
    if (byte === 0x5b) {
      this.#state = 'control';
      this.#parameters = '';
    } else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f)
      this.#state = 'string';
    else if (byte >= 0x20 && byte <= 0x2f) this.#state = 'designate';
    else if (byte === 0x4d) this.rows.up(1);
    else if (byte === 0x63) {
      this.#alternate = false;
      this.rows.clear();
    }
  }

  #control(byte: number): void {
    if (byte === 0x1b) this.#state = 'escape';
    else if (byte < 0x20) this.#c0(byte);
    else if (byte < 0x40) {
      this.#parameters += String.fromCharCode(byte);
      if (this.#parameters.length > parameterBytesMax) this.#state = 'ground';
    } else {
      this.#state = 'ground';
      if (this.#parameters.startsWith('?')) this.#mode(byte);
      else this.#sequence(String.fromCharCode(byte), Number.parseInt(this.#parameters, 10) || 0);
    }
  }

  #mode(byte: number): void {
    if (byte !== 0x68 && byte !== 0x6c) return;
    const modes = this.#parameters.slice(1).split(';');
    if (!modes.some((mode) => mode === '1049' || mode === '1047' || mode === '47')) return;
    this.#alternate = byte === 0x68;
    this.rows.clear();
  }

  #sequence(final: string, parameter: number): void {
    const { rows } = this;
    const count = Math.max(1, parameter);
    if (final === 'A') rows.up(count);
    else if (final === 'B') rows.down(count);
    else if (final === 'C') rows.forward(count);
    else if (final === 'D') rows.back(count);
    else if (final === 'G' || final === '`') rows.toColumn(count - 1);
    else if (final === 'K') rows.eraseInRow(parameter);
    else if (final === 'P') rows.deleteCells(count);
    else if (final === '@') rows.insertCells(count);
    else if (final === 'X') rows.eraseCells(count);
    else if (final === 'J' && parameter === 0) rows.eraseBelow();
    else if (final === 'J' || final === 'H' || final === 'f') rows.clear();
  }
}
