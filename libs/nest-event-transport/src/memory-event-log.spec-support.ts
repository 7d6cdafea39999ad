import type { EventRecord } from '@inland/events';
import type {
  EventLog,
  Position,
  ReadRange,
  StoredEvent,
  SubscribeOptions,
  Subscription,
  Topic,
} from '@inland/event-log';

/** One partition of one topic, in memory: what the transport needs of a log, for specs. */
export class MemoryEventLog implements EventLog {
  readonly #events: StoredEvent[] = [];
  #wake: () => void = () => undefined;

  async append(topic: Topic, events: readonly EventRecord[]): Promise<Position> {
    for (const event of events) this.#events.push({ topic, partition: 0, offset: this.#events.length, event });
    this.#wake();
    return { partition: 0, offset: this.#events.length - 1 };
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    let next = await options.start(0);
    let closed = false;
    const run = async (): Promise<void> => {
      while (!closed) {
        const batch = this.#events.slice(next);
        if (batch.length === 0) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
          continue;
        }
        try {
          await options.deliver(batch);
          next += batch.length;
        } catch (error) {
          options.onError?.(error);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
    };
    const running = run();
    return {
      close: async () => {
        closed = true;
        this.#wake();
        await running;
      },
    };
  }

  async ends(): Promise<ReadonlyMap<number, number>> {
    return new Map([[0, this.#events.length]]);
  }

  async *read({ from, to = Infinity }: ReadRange): AsyncIterable<StoredEvent> {
    for (const stored of this.#events) if (stored.offset >= from && stored.offset < to) yield stored;
  }

  async health(): Promise<{ readonly ok: boolean }> {
    return { ok: true };
  }

  async close(): Promise<void> {
    this.#wake();
  }
}
