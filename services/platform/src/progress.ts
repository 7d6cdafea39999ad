/** Says what is being started and how long it took, a line each. */
export class Progress {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    this.#print(`ok  ${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    return result;
  }
}
