/** Notices that wait, at most. */
const waitingMax = 10;

/**
 * Words of the gateway's own to the person, for what the protocol has no words for. They are shown where something runs;
 * while nothing does, they wait for what runs next.
 */
export class Notices {
  readonly #hearing = new Set<(text: string) => void>();
  #waiting: string[] = [];

  tell(text: string): void {
    if (this.#hearing.size === 0) this.#waiting = [...this.#waiting, text].slice(-waitingMax);
    else for (const hear of this.#hearing) hear(text);
  }

  /** Gives what waited at once. The result ends the listening. */
  listen(hear: (text: string) => void): () => void {
    this.#hearing.add(hear);
    for (const text of this.#waiting.splice(0)) hear(text);
    return () => this.#hearing.delete(hear);
  }
}
