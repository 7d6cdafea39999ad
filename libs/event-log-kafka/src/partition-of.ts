import { Partitioners, type Message } from './kafkajs-names.ts';

/** The partition of a key: murmur2 of its UTF-8, as Kafka's own clients choose it. */
export function partitionOf(key: string, partitions: number): number {
  if (partitions === 1) return 0;
  const metadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return choose({ topic: '', partitionMetadata: metadata, message: { key: Buffer.from(key) } as unknown as Message });
}

const choose = Partitioners.DefaultPartitioner();
