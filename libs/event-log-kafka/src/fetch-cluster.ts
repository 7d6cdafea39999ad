import type { Topic } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import type { FetchedRecord } from './kafka-record.ts';
import type { Kafka } from './kafkajs-names.ts';

/** What is used of kafkajs' own cluster: the client of its consumers, without the group that a consumer must join. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
  findBroker(which: { readonly nodeId: string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly fromBeginning: boolean;
      readonly partitions: readonly { readonly partition: number }[];
    }[],
  ): Promise<readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]>;
}

interface Broker {
  fetch(request: object): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly {
        readonly partition: number;
        readonly highWatermark: string;
        readonly messages: readonly FetchedRecord[];
      }[];
    }[];
  }>;
}

export interface FetchedPartition {
  readonly partition: number;
  /** From the offset that was asked for; markers of Kafka's own included. */
  readonly records: readonly FetchedRecord[];
}

const replicaOfClients = -1;
const readCommitted = 1;
const partitionBytesMax = 4 * 1024 * 1024;
const bytesMax = 32 * 1024 * 1024;

/**
 * Reads partitions from where one likes. kafkajs offers this to consumers only, which first join a group: seconds for
 * each replay of a session, and a group of its own for each reader. Its consumers stand on the cluster used here, which
 * 2.2.4 hands out under a private symbol; the version is pinned, and its absence is found at the start.
 */
export class FetchCluster {
  readonly #cluster: Cluster;
  readonly #known = new Set<Topic>();
  #connecting: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    const symbol = Object.getOwnPropertySymbols(kafka).find(
      ({ description }) => description === 'private:Kafka:createCluster',
    );
    const create = symbol === undefined ? undefined : (kafka as unknown as Record<symbol, unknown>)[symbol];
    if (typeof create !== 'function')
      throw new Fault('misconfigured', 'this version of kafkajs is not the one that Inland reads with (2.2.4)');
    this.#cluster = create({
      metadataMaxAge: 60_000,
      allowAutoTopicCreation: false,
      maxInFlightRequests: null,
      isolationLevel: readCommitted,
    }) as Cluster;
  }

  async partitions(topic: Topic): Promise<number[]> {
    await this.#ready(topic);
    return this.#cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
  }

  /** The first offset that there is, or the offset after the last, of each partition. */
  async offsets(topic: Topic, which: 'first' | 'end'): Promise<ReadonlyMap<number, number>> {
    return this.#freshly(topic, async () => {
      const partitions = (await this.partitions(topic)).map((partition) => ({ partition }));
      const [answer] = await this.#cluster.fetchTopicsOffset([{ topic, fromBeginning: which === 'first', partitions }]);
      return new Map((answer?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
    });
  }

  /** Partitions by the broker that leads them now. */
  async leaders(topic: Topic, partitions: readonly number[]): Promise<ReadonlyMap<string, readonly number[]>> {
    await this.#ready(topic);
    return new Map(Object.entries(this.#cluster.findLeaderForPartitions(topic, partitions)));
  }

  /** What follows from these offsets at one broker; waits at most so long for something to be there. */
  async fetch(
    topic: Topic,
    nodeId: string,
    from: ReadonlyMap<number, number>,
    maxWaitTime: number,
  ): Promise<readonly FetchedPartition[]> {
    const broker = await this.#cluster.findBroker({ nodeId });
    const partitions = [...from].map(([partition, fetchOffset]) => ({
      partition,
      fetchOffset: String(fetchOffset),
      currentLeaderEpoch: -1,
      logStartOffset: '-1',
      maxBytes: partitionBytesMax,
    }));
    const { responses } = await broker.fetch({
      replicaId: replicaOfClients,
      isolationLevel: readCommitted,
      maxWaitTime,
      minBytes: 1,
      maxBytes: bytesMax,
      topics: [{ topic, partitions }],
    });
    return responses.flatMap((response) =>
      response.partitions.map(({ partition, messages }) => ({
        partition,
        // A batch is given whole: what stands before the offset is not wanted.
        records: messages.filter(({ offset }) => Number(offset) >= (from.get(partition) ?? 0)),
      })),
    );
  }

  /** Leaders may have moved. */
  async refresh(): Promise<void> {
    await this.#cluster.refreshMetadata();
  }

  /** Does the work, and once more with fresh metadata when it fails: leaders may have moved. */
  async #freshly<T>(topic: Topic, work: () => Promise<T>): Promise<T> {
    await this.#ready(topic);
    try {
      return await work();
    } catch {
      await this.refresh();
      return work();
    }
  }

  async close(): Promise<void> {
    if (this.#connecting === undefined) return;
    await this.#connecting.catch(() => undefined);
    await this.#cluster.disconnect();
  }

  async #ready(topic: Topic): Promise<void> {
    this.#connecting ??= this.#cluster.connect().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    await this.#connecting;
    if (this.#known.has(topic)) return;
    await this.#cluster.addTargetTopic(topic);
    this.#known.add(topic);
  }
}
