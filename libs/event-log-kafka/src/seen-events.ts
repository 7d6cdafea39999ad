/** The ids of the last events of a partition: an event that was appended again, after a failure, is seen once. */
export class SeenEvents {
  readonly #max: number;
  #recent = new Set<string>();
  #older = new Set<string>();

  /** Remembers at least so many, and at most twice as many. */
  constructor(max = 10_000) {
    this.#max = max;
  }

  /** Whether it is new; it is remembered. */
  add(id: string): boolean {
    if (this.#recent.has(id) || this.#older.has(id)) return false;
    this.#recent.add(id);
    if (this.#recent.size >= this.#max) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    return true;
  }
}
