import type { EventRecord } from '@inland/events';

/** `docs/ARCHITECTURE.md` says what each topic carries and how long it is kept. */
export type Topic = 'inland.control.v1' | 'inland.session.v1' | 'inland.audit.v1';

/** A place in a topic. Offsets count up within a partition and may have gaps. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
}

export interface StoredEvent extends Position {
  readonly topic: Topic;
  readonly event: EventRecord;
}

export interface ReadRange {
  readonly topic: Topic;
  readonly partition: number;
  /** The first offset. */
  readonly from: number;
  /** The offset to stop before; the end as it was when the call was made, when absent. */
  readonly to?: number;
  /** Only events of this key. */
  readonly key?: string;
}

export interface SubscribeOptions {
  readonly topic: Topic;
  /**
   * Subscribers of one group share the partitions, each partition at one subscriber at a time.
   * Without a group this subscriber is given every partition.
   */
  readonly group?: string;
  /** Where to go on: asked each time this subscriber is given a partition. 0 is the beginning. */
  readonly start: (partition: number) => Promise<number>;
  /**
   * Given events in order, a partition's next batch only after this one resolved. When it rejects, the same batch is
   * given again after a wait that doubles up to `retryMaxMillis`. The subscriber keeps its own checkpoint.
   */
  readonly deliver: (batch: readonly StoredEvent[]) => Promise<void>;
  /** At most so many events a batch. Default 500. */
  readonly batchEventsMax?: number;
  readonly retryMaxMillis?: number;
  /** Told of each failure of `deliver` or of the log itself. */
  readonly onError?: (error: unknown) => void;
}

export interface Subscription {
  /** Stops; resolves when the batch under way has ended. */
  close(): Promise<void>;
}

/** The log: the truth that every service folds. Two adapters are held to one contract (`eventLogContract`). */
export interface EventLog {
  /**
   * Resolves with the position of the last event when all of them are durable. Events of one key stay in the order of
   * the calls. An event whose id is in the log already is not seen twice by readers and subscribers.
   * Rejects with `log_unavailable` when it cannot be made durable within the adapter's limit of time (the same call
   * may then be made again, with the same events), `resource_exhausted` when too much waits already, and
   * `invalid_argument` when an event is over `eventBytesMax`.
   */
  append(topic: Topic, events: readonly EventRecord[]): Promise<Position>;
  /** The offset after the last event of each partition, by partition. Rejects with `log_unavailable`. */
  ends(topic: Topic): Promise<ReadonlyMap<number, number>>;
  /** The events of a range, in order. Rejects with `log_unavailable`. */
  read(range: ReadRange): AsyncIterable<StoredEvent>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Whether an append would be tried at all right now; `reason` says why not, without secrets. */
  health(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}

/** The largest event that either adapter takes, envelope included: 900 KiB (below Kafka's default of 1 MiB). */
export const eventBytesMax = 900 * 1024;
