/** The names of common table expressions that can be seen where a reader is. */
export class TableNames {
  readonly #stack: string[] = [];
  readonly #counts = new Map<string, number>();

  get depth(): number {
    return this.#stack.length;
  }

  add(name: string): void {
    this.#stack.push(name);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  has(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }

  /** Forgets those that were added since it was so deep. */
  leave(depth: number): void {
    for (const name of this.#stack.splice(depth)) this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
  }
}
