import type { StoredEvent, SubscribeOptions, Subscription } from '@inland/event-log';
import { backoffMillis, delay } from '@inland/kernel';
import { toStored, type FetchedRecord } from './kafka-record.ts';
import type { Consumer, EachBatchPayload, Kafka } from './kafkajs-names.ts';
import { SeenEvents } from './seen-events.ts';

const heartbeatMillis = 3_000;

/** One partition that this member of the group has now. */
interface Place {
  /** Known once the subscriber has said where to go on. */
  next: number | undefined;
  readonly seen: SeenEvents;
}

/**
 * One member of a consumer group. The group only shares partitions out: where each goes on is asked of the subscriber,
 * whose own checkpoint it is, and no offset is ever committed to the brokers.
 */
export class GroupSubscription implements Subscription {
  readonly #options: SubscribeOptions;
  readonly #consumer: Consumer;
  readonly #stop = new AbortController();
  #places = new Map<number, Place>();

  private constructor(consumer: Consumer, options: SubscribeOptions) {
    this.#consumer = consumer;
    this.#options = options;
  }

  static async join(kafka: Kafka, group: string, options: SubscribeOptions): Promise<GroupSubscription> {
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: 30_000,
      rebalanceTimeout: 60_000,
      heartbeatInterval: heartbeatMillis,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 10, restartOnFailure: async () => true },
    });
    const subscription = new GroupSubscription(consumer, options);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) =>
      subscription.#assigned(memberAssignment[options.topic] ?? []),
    );
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => options.onError?.(error));
    await consumer.connect();
    await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 3,
      eachBatch: (payload) => subscription.#batch(payload),
    });
    return subscription;
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('closed'));
    await this.#consumer.disconnect();
  }

  #assigned(partitions: readonly number[]): void {
    // Another member may have been at work in between: everything is asked anew.
    this.#places = new Map(partitions.map((partition) => [partition, newPlace()]));
  }

  async #batch(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
    const { partition } = batch;
    const place = this.#places.get(partition);
    if (place === undefined) return;
    const goesOn = (): boolean =>
      !this.#stop.signal.aborted && isRunning() && !isStale() && this.#places.get(partition) === place;
    // The group must know that this member lives while a delivery takes its time.
    const beat = setInterval(() => void heartbeat().catch(() => undefined), heartbeatMillis);
    try {
      if (place.next === undefined) {
        const next = await this.#persist(() => this.#options.start(partition), goesOn);
        if (next === undefined) return;
        place.next = next;
      }
      const from = place.next;
      // Where the consumer began is not where the subscriber goes on: it is told, and what it has is let go.
      if (Number(batch.lastOffset()) < from || Number(batch.firstOffset()) > from)
        return this.#seek(partition, place, batch.messages as FetchedRecord[]);
      const events = this.#newEvents(place, batch.messages as FetchedRecord[], partition, from);
      const max = this.#options.batchEventsMax ?? 500;
      for (let at = 0; at < events.length; at += max) {
        const part = events.slice(at, at + max);
        const done = await this.#persist(async () => {
          await this.#options.deliver(part);
          return true;
        }, goesOn);
        if (done === undefined) {
          // What was not delivered must not count as seen, should the partition come back to this member.
          if (this.#places.get(partition) === place) this.#places.set(partition, newPlace());
          return;
        }
        place.next = (part.at(-1)?.offset ?? from) + 1;
      }
      place.next = Number(batch.lastOffset()) + 1;
      resolveOffset(batch.lastOffset());
    } finally {
      clearInterval(beat);
    }
  }

  #newEvents(place: Place, records: readonly FetchedRecord[], partition: number, from: number): StoredEvent[] {
    const events: StoredEvent[] = [];
    for (const record of records) {
      const stored = toStored(this.#options.topic, partition, record);
      // What stands before the checkpoint is only remembered: it may have been appended again behind it.
      if (place.seen.add(stored.event.id) && stored.offset >= from) events.push(stored);
    }
    return events;
  }

  /** Begins at the checkpoint; the records before it, as far as they are here, are remembered. */
  #seek(partition: number, place: Place, records: readonly FetchedRecord[]): void {
    const { next = 0 } = place;
    for (const record of records)
      if (Number(record.offset) < next) place.seen.add(toStored(this.#options.topic, partition, record).event.id);
    this.#consumer.seek({ topic: this.#options.topic, partition, offset: String(next) });
  }

  /** Tries until it works; undefined when this member lost the partition, or was closed, meanwhile. */
  async #persist<T>(work: () => Promise<T>, goesOn: () => boolean): Promise<T | undefined> {
    for (let attempt = 0; goesOn(); attempt += 1) {
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

function newPlace(): Place {
  return { next: undefined, seen: new SeenEvents() };
}
