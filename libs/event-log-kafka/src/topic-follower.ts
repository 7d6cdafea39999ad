import type { StoredEvent, SubscribeOptions, Subscription } from '@inland/event-log';
import { backoffMillis, delay } from '@inland/kernel';
import type { FetchCluster, FetchedPartition } from './fetch-cluster.ts';
import { toStored } from './kafka-record.ts';
import { SeenEvents } from './seen-events.ts';

const waitMillis = 500;
/** So many records before the start are looked at, so that a retried append that straddles it is seen once. */
const warmRecords = 1_000;

interface Place {
  next: number;
  readonly seen: SeenEvents;
}

/** Gives one subscriber every partition of a topic, without a group: from where it says, for as long as it likes. */
export class TopicFollower implements Subscription {
  readonly #options: SubscribeOptions;
  readonly #cluster: FetchCluster;
  readonly #stop = new AbortController();
  readonly #places = new Map<number, Place>();
  readonly #running: Promise<void>;

  /** Takes the cluster over, and closes it. */
  constructor(cluster: FetchCluster, options: SubscribeOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('closed'));
    await this.#running;
    await this.#cluster.close();
  }

  async #run(): Promise<void> {
    const { topic } = this.#options;
    await this.#persist(async () => {
      for (const partition of await this.#cluster.partitions(topic))
        if (!this.#places.has(partition)) this.#places.set(partition, await this.#placeOf(partition));
    });
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        const leaders = await this.#cluster.leaders(topic, [...this.#places.keys()]);
        const round = new AbortController();
        await Promise.all(
          [...leaders].map(([nodeId, partitions]) =>
            this.#followBroker(nodeId, partitions, round.signal).catch((error: unknown) => {
              round.abort(); // the others begin anew as well: leaders have moved
              throw error;
            }),
          ),
        );
        attempt = -1;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#options.onError?.(error);
        await this.#pause(attempt);
        await this.#cluster.refresh().catch(() => undefined);
      }
    }
  }

  async #placeOf(partition: number): Promise<Place> {
    const { topic, start } = this.#options;
    const first = (await this.#cluster.offsets(topic, 'first')).get(partition) ?? 0;
    const next = Math.max(await start(partition), first);
    const seen = new SeenEvents();
    let from = Math.max(first, next - warmRecords);
    while (from < next) {
      const [nodeId = ''] = (await this.#cluster.leaders(topic, [partition])).keys();
      const [fetched] = await this.#cluster.fetch(topic, nodeId, new Map([[partition, from]]), 0);
      const records = (fetched?.records ?? []).filter(({ offset }) => Number(offset) < next);
      if (records.length === 0) break;
      for (const record of records) {
        from = Number(record.offset) + 1;
        if (record.isControlRecord !== true) seen.add(toStored(topic, partition, record).event.id);
      }
    }
    return { next, seen };
  }

  async #followBroker(nodeId: string, partitions: readonly number[], round: AbortSignal): Promise<void> {
    while (!this.#stop.signal.aborted && !round.aborted) {
      const from = new Map(partitions.map((partition) => [partition, this.#places.get(partition)?.next ?? 0]));
      const fetched = await this.#cluster.fetch(this.#options.topic, nodeId, from, waitMillis);
      for (const one of fetched) await this.#deliver(one);
    }
  }

  async #deliver({ partition, records }: FetchedPartition): Promise<void> {
    const place = this.#places.get(partition);
    const last = records.at(-1);
    if (place === undefined || last === undefined) return;
    const { topic, batchEventsMax = 500, deliver } = this.#options;
    const events: StoredEvent[] = [];
    for (const record of records) {
      if (record.isControlRecord === true) continue;
      const stored = toStored(topic, partition, record);
      if (place.seen.add(stored.event.id)) events.push(stored);
    }
    for (let at = 0; at < events.length; at += batchEventsMax) {
      const batch = events.slice(at, at + batchEventsMax);
      await this.#persist(() => deliver(batch));
      if (this.#stop.signal.aborted) return;
      place.next = (batch.at(-1)?.offset ?? place.next - 1) + 1;
    }
    place.next = Number(last.offset) + 1;
  }

  /** Tries until it works, or the subscription is closed. */
  async #persist(work: () => Promise<void>): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        this.#options.onError?.(error);
        await this.#pause(attempt);
      }
    }
  }

  async #pause(attempt: number): Promise<void> {
    const millis = backoffMillis(attempt, { initialMillis: 50, maxMillis: this.#options.retryMaxMillis ?? 30_000 });
    await delay(millis, this.#stop.signal).catch(() => undefined);
  }
}
