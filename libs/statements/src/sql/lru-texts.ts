/** However short the texts are. */
const entriesMax = 4_096;

/** Values by text, those used last, as long as the texts together are not too long. */
export class LruTexts<Value> {
  readonly #charsMax: number;
  readonly #values = new Map<string, Value>();
  #chars = 0;

  /** A text of more than a sixteenth of it is not kept at all. */
  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  get chars(): number {
    return this.#chars;
  }

  get(text: string): Value | undefined {
    const value = this.#values.get(text);
    if (value === undefined) return undefined;
    this.#values.delete(text);
    this.#values.set(text, value);
    return value;
  }

  set(text: string, value: Value): void {
    if (text.length > this.#charsMax / 16) return;
    if (!this.#values.has(text)) this.#chars += text.length;
    this.#values.set(text, value);
    for (const oldest of this.#values.keys()) {
      if (this.#chars <= this.#charsMax && this.#values.size <= entriesMax) return;
      this.#values.delete(oldest);
      this.#chars -= oldest.length;
    }
  }
}
