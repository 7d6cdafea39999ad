import type { Coordination } from '@inland/coordination';
import { systemClock, type Clock } from '@inland/kernel';

interface Held {
  readonly value: string;
  readonly until: number;
}

/** What has lapsed is swept away every so many writes. */
const sweepEvery = 1_000;

/** Coordination within one process: for one machine. Nothing of it outlives the process. */
export class MemoryCoordination implements Coordination {
  readonly #clock: Clock;
  readonly #leases = new Map<string, Held>();
  readonly #once = new Map<string, Held>();
  readonly #counts = new Map<string, { count: number; readonly until: number }>();
  readonly #listeners = new Map<string, Set<(message: string) => void>>();
  #writes = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  async renewLease(key: string, holder: string, ttlMillis: number): Promise<boolean> {
    this.#sweep();
    const held = this.#live(this.#leases, key);
    if (held !== undefined && held.value !== holder) return false;
    this.#leases.set(key, { value: holder, until: this.#clock.now() + ttlMillis });
    return true;
  }

  async releaseLease(key: string, holder: string): Promise<void> {
    if (this.#live(this.#leases, key)?.value === holder) this.#leases.delete(key);
  }

  async leaseHolder(key: string): Promise<string | undefined> {
    return this.#live(this.#leases, key)?.value;
  }

  async putOnce(key: string, value: string, ttlMillis: number): Promise<boolean> {
    this.#sweep();
    if (this.#live(this.#once, key) !== undefined) return false;
    this.#once.set(key, { value, until: this.#clock.now() + ttlMillis });
    return true;
  }

  async takeOnce(key: string): Promise<string | undefined> {
    const held = this.#live(this.#once, key);
    this.#once.delete(key);
    return held?.value;
  }

  async count(key: string, windowMillis: number): Promise<number> {
    this.#sweep();
    const now = this.#clock.now();
    const kept = this.#counts.get(key);
    const window = kept !== undefined && kept.until > now ? kept : { count: 0, until: now + windowMillis };
    window.count += 1;
    this.#counts.set(key, window);
    return window.count;
  }

  async publish(channel: string, message: string): Promise<void> {
    for (const listener of this.#listeners.get(channel) ?? []) queueMicrotask(() => listener(message));
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    listeners.add(listener);
    return async () => {
      listeners.delete(listener);
    };
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    return { ok: true };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #live(values: Map<string, Held>, key: string): Held | undefined {
    const held = values.get(key);
    return held !== undefined && held.until > this.#clock.now() ? held : undefined;
  }

  #sweep(): void {
    this.#writes += 1;
    if (this.#writes % sweepEvery !== 0) return;
    const now = this.#clock.now();
    for (const values of [this.#leases, this.#once, this.#counts])
      for (const [key, { until }] of values) if (until <= now) values.delete(key);
  }
}
