import type { EventRecord } from '@inland/events';
import {
  eventBytesMax,
  type EventLog,
  type Position,
  type ReadRange,
  type StoredEvent,
  type SubscribeOptions,
  type Subscription,
  type Topic,
} from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { FetchCluster } from './fetch-cluster.ts';
import { GroupSubscription } from './group-subscription.ts';
import { kafkaClient, logUnavailable } from './kafka-client.ts';
import type { KafkaEventLogOptions } from './kafka-options.ts';
import { recordBytes } from './kafka-record.ts';
import type { Kafka } from './kafkajs-names.ts';
import { partitionOf } from './partition-of.ts';
import { PartitionWriter } from './partition-writer.ts';
import { readPartition } from './read-partition.ts';
import { RenewedProducer } from './renewed-producer.ts';
import { TopicFollower } from './topic-follower.ts';
import { ensureTopics, topicShapes } from './topic-settings.ts';

/** Bytes that may wait for their acknowledgement, in this process. */
const waitingBytesMax = 64 * 1024 * 1024;

/** So long a failed append makes the log unhealthy, unless one has worked since. */
const failureCountsMillis = 10_000;

/** The event log on Kafka (4.x), for more than one machine: acks=all, idempotent, batches per partition. */
export class KafkaEventLog implements EventLog {
  readonly #kafka: Kafka;
  readonly #options: KafkaEventLogOptions;
  readonly #producer: RenewedProducer;
  readonly #reader: FetchCluster;
  readonly #writers = new Map<string, PartitionWriter>();
  readonly #partitions: ReadonlyMap<Topic, number>;
  readonly #subscriptions = new Set<Subscription>();
  #waitingBytes = 0;
  #lastFailure: { readonly message: string; readonly at: number } | undefined;
  #closed = false;

  private constructor(kafka: Kafka, options: KafkaEventLogOptions) {
    this.#kafka = kafka;
    this.#options = options;
    this.#producer = new RenewedProducer(kafka);
    this.#reader = new FetchCluster(kafka);
    this.#partitions = new Map(topicShapes(options).map(({ topic, partitions }) => [topic, partitions]));
  }

  /** Makes topics that are missing. Rejects with `misconfigured` or `log_unavailable`. */
  static async open(options: KafkaEventLogOptions): Promise<KafkaEventLog> {
    const kafka = kafkaClient(options);
    const admin = kafka.admin();
    try {
      await admin.connect();
      await ensureTopics(admin, options);
    } catch (error) {
      throw logUnavailable('its topics could not be made ready', error);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    return new KafkaEventLog(kafka, options);
  }

  async append(topic: Topic, events: readonly EventRecord[]): Promise<Position> {
    if (this.#closed) throw new Fault('log_unavailable', 'the event log is closed');
    const bytes = events.reduce((sum, event) => sum + recordBytes(event), 0);
    if (events.length === 0) throw new Fault('invalid_argument', 'there is no event to append');
    if (events.some((event) => recordBytes(event) > eventBytesMax))
      throw new Fault('invalid_argument', `an event may have at most ${eventBytesMax} bytes`);
    if (this.#waitingBytes + bytes > waitingBytesMax)
      throw new Fault('resource_exhausted', 'too much waits to be appended already; try again in a moment');
    this.#waitingBytes += bytes;
    try {
      const position = await this.#appendByPartition(topic, events);
      this.#lastFailure = undefined;
      return position;
    } catch (error) {
      const fault = Fault.from(error, 'log_unavailable');
      if (fault.code === 'log_unavailable') this.#lastFailure = { message: fault.message, at: Date.now() };
      throw fault;
    } finally {
      this.#waitingBytes -= bytes;
    }
  }

  async ends(topic: Topic): Promise<ReadonlyMap<number, number>> {
    try {
      return await this.#reader.offsets(topic, 'end');
    } catch (error) {
      throw logUnavailable(`the end of ${topic} could not be read`, error);
    }
  }

  read(range: ReadRange): AsyncIterable<StoredEvent> {
    return readPartition(this.#reader, range);
  }

  async subscribe(given: SubscribeOptions): Promise<Subscription> {
    const options = { ...given, start: (partition: number) => this.#checkedStart(given, partition) };
    const subscription =
      options.group === undefined
        ? new TopicFollower(new FetchCluster(this.#kafka), options)
        : await GroupSubscription.join(this.#kafka, options.group, options).catch((error: unknown) => {
            throw logUnavailable(`the group ${options.group} could not be joined`, error);
          });
    this.#subscriptions.add(subscription);
    return {
      close: async () => {
        this.#subscriptions.delete(subscription);
        await subscription.close();
      },
    };
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    const failure = this.#lastFailure;
    // Where nothing is appended while it is unhealthy, nothing else would ever make it healthy again.
    if (failure !== undefined && Date.now() - failure.at < failureCountsMillis)
      return { ok: false, reason: failure.message };
    try {
      await this.ends('inland.control.v1');
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: Fault.from(error).message };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#subscriptions.clear();
    await this.#producer.close();
    await this.#reader.close();
  }

  /** A checkpoint beyond the end belongs to another log: going on would skip what is written until it is reached. */
  async #checkedStart({ topic, start }: SubscribeOptions, partition: number): Promise<number> {
    const next = await start(partition);
    const end = (await this.ends(topic)).get(partition) ?? 0;
    if (next > end)
      throw new Fault(
        'corrupt',
        `partition ${partition} of ${topic} ends at ${end}, before the checkpoint ${next}: is this another Kafka than before? Rebuild the projection`,
      );
    return next;
  }

  /** Events of one key go to one partition, in the order of the calls. */
  async #appendByPartition(topic: Topic, events: readonly EventRecord[]): Promise<Position> {
    const byPartition = new Map<number, EventRecord[]>();
    let last = 0;
    for (const event of events) {
      last = partitionOf(event.key, this.#partitions.get(topic) ?? 1);
      const group = byPartition.get(last);
      if (group === undefined) byPartition.set(last, [event]);
      else group.push(event);
    }
    const positions = await Promise.all(
      [...byPartition].map(([partition, group]) => this.#writer(topic, partition).append(group)),
    );
    return positions.find(({ partition }) => partition === last) as Position;
  }

  #writer(topic: Topic, partition: number): PartitionWriter {
    const name = `${topic}/${partition}`;
    let writer = this.#writers.get(name);
    if (writer === undefined) {
      writer = new PartitionWriter(this.#producer, { topic, partition }, this.#options.appendMillis ?? 15_000);
      this.#writers.set(name, writer);
    }
    return writer;
  }
}
