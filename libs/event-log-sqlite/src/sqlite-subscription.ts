import { backoffMillis, delay } from '@inland/kernel';
import type { StoredEvent, SubscribeOptions, Subscription } from '@inland/event-log';

export interface SubscriptionSource {
  /** Events of the topic from an offset on, at most so many. */
  page(from: number, limit: number): Promise<readonly StoredEvent[]>;
  /** Counts the commits to the topic. */
  commits(): number;
  /** Resolves when there were more commits than `since`, or when the signal aborts. */
  changed(since: number, signal: AbortSignal): Promise<void>;
}

/** Delivers one topic to one subscriber: pages through what is there, then is woken by each commit. */
export class SqliteSubscription implements Subscription {
  readonly #options: SubscribeOptions;
  readonly #source: SubscriptionSource;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: SubscribeOptions, source: SubscriptionSource, turn: Promise<void> = Promise.resolve()) {
    this.#options = options;
    this.#source = source;
    this.#running = turn.then(() => this.#run()).catch((error: unknown) => this.#options.onError?.(error));
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('closed'));
    await this.#running;
  }

  async #run(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    let next = await this.#persist(() => this.#options.start(0));
    while (next !== undefined && !this.#stop.signal.aborted) {
      const from: number = next;
      const commits = this.#source.commits();
      const batch = await this.#persist(() => this.#source.page(from, this.#options.batchEventsMax ?? 500));
      if (batch === undefined) return;
      const last = batch.at(-1);
      if (last === undefined) {
        await this.#source.changed(commits, this.#stop.signal);
        continue;
      }
      const done = await this.#persist(async () => {
        await this.#options.deliver(batch);
        return true;
      });
      if (done === undefined) return;
      next = last.offset + 1;
    }
  }

  /** Tries until it works, with waits that double; undefined when the subscription was closed meanwhile. */
  async #persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        this.#options.onError?.(error);
        const maxMillis = this.#options.retryMaxMillis ?? 30_000;
        await delay(backoffMillis(attempt, { initialMillis: 50, maxMillis }), this.#stop.signal).catch(() => undefined);
      }
    }
    return undefined;
  }
}
