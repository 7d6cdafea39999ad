import { Fault, type Clock } from '@inland/kernel';

/** What has lapsed is swept away every so many writes, and when the entries are full. */
const sweepEvery = 1_000;

/** A bounded map whose entries lapse. */
export class LapsingEntries<Value> {
  readonly #clock: Clock;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();
  #writes = 0;

  constructor(clock: Clock, entriesMax: number) {
    this.#clock = clock;
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > this.#clock.now() ? entry.value : undefined;
  }

  /** Faults with `resource_exhausted` when there is no room for one more. */
  set(key: string, value: Value, ttlMillis: number): void {
    this.#writes += 1;
    const full = this.#entries.size >= this.#entriesMax && !this.#entries.has(key);
    if (full || this.#writes % sweepEvery === 0) this.#sweep();
    if (full && this.#entries.size >= this.#entriesMax)
      throw new Fault('resource_exhausted', `coordination keeps at most ${this.#entriesMax} entries of a kind`);
    this.#entries.set(key, { value, until: this.#clock.now() + ttlMillis });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#entries) if (until <= now) this.#entries.delete(key);
  }
}
