import type { EventRecord } from '@inland/events';
import { Fault, type Clock, systemClock } from '@inland/kernel';
import type { EventLog } from '@inland/event-log';

/** How far output may run ahead of its acknowledgement (docs/ARCHITECTURE.md, invariant 1). */
export const lagBytesMax = 64 * 1024;
export const lagMillisMax = 100;
/** How long an event that nobody waits for may wait for company. */
const companyMillis = 5;

interface Waiting {
  readonly events: readonly EventRecord[];
  readonly bytes: number;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends one session's chain in order: one append under way, what comes meanwhile goes together into the next, so
 * that after a failure nothing later can stand in the log before what failed. After the first failure nothing more is
 * taken; {@link unacknowledged} is then what must be appended again before anything else of the session.
 */
export class SessionWriter {
  readonly #log: EventLog;
  readonly #clock: Clock;
  #queue: Waiting[] = [];
  /** Something in the queue is waited for, or has waited long enough. */
  #due = false;
  #timer: NodeJS.Timeout | undefined;
  #inFlight: Waiting[] = [];
  #lagBytes = 0;
  #failure: Fault | undefined;
  #roomWaiters: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  constructor(log: EventLog, clock: Clock = systemClock) {
    this.#log = log;
    this.#clock = clock;
  }

  get failure(): Fault | undefined {
    return this.#failure;
  }

  /** Events that were taken and are not known to be durable, in order. */
  get unacknowledged(): readonly EventRecord[] {
    return [...this.#inFlight, ...this.#queue].flatMap(({ events }) => events);
  }

  /** Resolves when the events are durable; rejects with `log_unavailable` when they are not known to be. */
  append(events: readonly EventRecord[]): Promise<void> {
    const durable = this.#take(events);
    this.#makeDue();
    return durable;
  }

  /**
   * The same for events whose durability holds nobody up: they go with the next append, or after a few milliseconds, or
   * when there are many, so that what a command gave and the next command share one commit.
   */
  appendSoon(events: readonly EventRecord[]): Promise<void> {
    const durable = this.#take(events);
    if (this.#lagBytes > lagBytesMax / 2) this.#makeDue();
    else if (this.#failure === undefined) this.#timer ??= setTimeout(() => this.#makeDue(), companyMillis);
    return durable;
  }

  /** Resolves at once while the lag is within its bounds, else as soon as it is again; rejects after a failure. */
  room(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (!this.#lagging()) return Promise.resolve();
    return new Promise((resolve, reject) => this.#roomWaiters.push({ resolve, reject }));
  }

  #take(events: readonly EventRecord[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const bytes = events.reduce((sum, event) => sum + event.data.length, 0);
    return new Promise((resolve, reject) => {
      this.#queue.push({ events, bytes, since: this.#clock.now(), resolve, reject });
      this.#lagBytes += bytes;
    });
  }

  #makeDue(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = true;
    if (this.#inFlight.length === 0) void this.#pump();
  }

  #lagging(): boolean {
    const oldest = this.#inFlight[0] ?? this.#queue[0];
    if (oldest === undefined) return false;
    return this.#lagBytes > lagBytesMax || this.#clock.now() - oldest.since > lagMillisMax;
  }

  async #pump(): Promise<void> {
    while (this.#due && this.#queue.length > 0 && this.#failure === undefined) {
      this.#due = false;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#inFlight = this.#queue;
      this.#queue = [];
      try {
        await this.#log.append(
          'inland.session.v1',
          this.#inFlight.flatMap(({ events }) => events),
        );
      } catch (error) {
        this.#fail(Fault.from(error, 'log_unavailable'));
        return;
      }
      const done = this.#inFlight;
      this.#inFlight = [];
      for (const { bytes, resolve } of done) {
        this.#lagBytes -= bytes;
        resolve();
      }
      if (!this.#lagging()) for (const waiter of this.#roomWaiters.splice(0)) waiter.resolve();
    }
  }

  #fail(fault: Fault): void {
    this.#failure = fault;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const waiting of [...this.#inFlight, ...this.#queue]) waiting.reject(fault);
    for (const waiter of this.#roomWaiters.splice(0)) waiter.reject(fault);
  }
}
