import { ChannelListeners, checkKey, checkMillis, checkValue, type Coordination } from '@inland/coordination';
import { Fault, systemClock, type Clock } from '@inland/kernel';
import { LapsingEntries } from './lapsing-entries.ts';

export interface MemoryCoordinationOptions {
  /** How many leases, one-time values and counts are kept, of each; more are refused. 100,000 unless told. */
  readonly entriesMax?: number;
  /** Told when a listener fails. */
  readonly onLog?: (line: string) => void;
}

/** Coordination within one process: for one machine. Nothing of it outlives the process. */
export class MemoryCoordination implements Coordination {
  readonly #leases: LapsingEntries<string>;
  readonly #once: LapsingEntries<string>;
  readonly #counts: LapsingEntries<{ count: number }>;
  readonly #listeners: ChannelListeners;
  #closed = false;

  constructor(clock: Clock = systemClock, { entriesMax = 100_000, onLog }: MemoryCoordinationOptions = {}) {
    this.#leases = new LapsingEntries(clock, entriesMax);
    this.#once = new LapsingEntries(clock, entriesMax);
    this.#counts = new LapsingEntries(clock, entriesMax);
    this.#listeners = new ChannelListeners(onLog);
  }

  async renewLease(key: string, holder: string, ttlMillis: number): Promise<boolean> {
    this.#check(key, holder, ttlMillis);
    const held = this.#leases.get(key);
    if (held !== undefined && held !== holder) return false;
    this.#leases.set(key, holder, ttlMillis);
    return true;
  }

  async releaseLease(key: string, holder: string): Promise<void> {
    this.#check(key);
    if (this.#leases.get(key) === holder) this.#leases.delete(key);
  }

  async leaseHolder(key: string): Promise<string | undefined> {
    this.#check(key);
    return this.#leases.get(key);
  }

  async putOnce(key: string, value: string, ttlMillis: number): Promise<boolean> {
    this.#check(key, value, ttlMillis);
    if (this.#once.get(key) !== undefined) return false;
    this.#once.set(key, value, ttlMillis);
    return true;
  }

  async takeOnce(key: string): Promise<string | undefined> {
    this.#check(key);
    const value = this.#once.get(key);
    this.#once.delete(key);
    return value;
  }

  async count(key: string, windowMillis: number): Promise<number> {
    this.#check(key, '', windowMillis);
    const window = this.#counts.get(key);
    if (window !== undefined) return (window.count += 1);
    this.#counts.set(key, { count: 1 }, windowMillis);
    return 1;
  }

  async publish(channel: string, message: string): Promise<void> {
    this.#check(channel, message);
    queueMicrotask(() => this.#listeners.tell(channel, message));
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    this.#check(channel);
    const remove = this.#listeners.add(channel, listener);
    return async () => {
      remove();
    };
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    return this.#closed ? { ok: false, reason: 'coordination is closed' } : { ok: true };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
  }

  #check(key: string, value = '', millis = 1): void {
    if (this.#closed) throw new Fault('unavailable', 'coordination is closed');
    checkKey(key);
    checkValue(value);
    checkMillis(millis);
  }
}
