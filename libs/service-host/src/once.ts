/** Makes a value when it is first asked for; a failure is told to who asked and tried again by the next. */
export class Once<T> {
  readonly #make: () => Promise<T>;
  #made: Promise<T> | undefined;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** Whether it was asked for. */
  get asked(): boolean {
    return this.#made !== undefined;
  }

  get(): Promise<T> {
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  /** The value, if it was made. */
  async made(): Promise<T | undefined> {
    return this.#made?.catch(() => undefined);
  }
}
