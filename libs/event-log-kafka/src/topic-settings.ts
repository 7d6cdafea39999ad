import type { Topic } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { ConfigResourceTypes, type Admin } from './kafkajs-names.ts';
import type { KafkaEventLogOptions } from './kafka-options.ts';

/** A batch, not an event: an event may have 900 KiB, and batches of the producer hold at most 2 MiB. */
const maxMessageBytes = 4 * 1024 * 1024;
const dayMillis = 24 * 60 * 60 * 1000;

interface TopicShape {
  readonly topic: Topic;
  readonly partitions: number;
  readonly retentionMillis: number;
}

export function topicShapes(options: KafkaEventLogOptions): readonly TopicShape[] {
  const retentionMillis = (options.sessionRetentionDays ?? 400) * dayMillis;
  return [
    { topic: 'inland.control.v1', partitions: 1, retentionMillis: -1 }, // a total order, for ever
    { topic: 'inland.session.v1', partitions: options.sessionPartitions ?? 12, retentionMillis },
    { topic: 'inland.audit.v1', partitions: 6, retentionMillis },
  ];
}

/**
 * Makes the topics that are missing, each setting stated: no broker's default decides what is kept, and nothing is ever
 * compacted. Faults with `misconfigured`, naming topic, setting, found and expected, when a topic that exists is not so.
 */
export async function ensureTopics(admin: Admin, options: KafkaEventLogOptions): Promise<void> {
  const { replicationFactor = 3, minInsyncReplicas = 2 } = options;
  if (minInsyncReplicas > replicationFactor)
    throw new Fault(
      'misconfigured',
      `minInsyncReplicas ${minInsyncReplicas} is more than the ${replicationFactor} copies there are: nothing could be acknowledged`,
    );
  const known = new Set(await admin.listTopics());
  const missing = topicShapes(options).filter(({ topic }) => !known.has(topic));
  if (missing.length > 0)
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, retentionMillis }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor,
        configEntries: Object.entries(settingsOf(retentionMillis, minInsyncReplicas)).map(([name, value]) => ({
          name,
          value,
        })),
      })),
    });
  for (const shape of topicShapes(options)) await checkTopic(admin, shape, { replicationFactor, minInsyncReplicas });
}

function settingsOf(retentionMillis: number, minInsyncReplicas: number): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMillis),
    'retention.bytes': '-1',
    'min.insync.replicas': String(minInsyncReplicas),
    'max.message.bytes': String(maxMessageBytes),
    'unclean.leader.election.enable': 'false',
  };
}

async function checkTopic(
  admin: Admin,
  { topic, partitions, retentionMillis }: TopicShape,
  wanted: { readonly replicationFactor: number; readonly minInsyncReplicas: number },
): Promise<void> {
  const wrong = (setting: string, found: string, expected: string): Fault =>
    new Fault(
      'misconfigured',
      `Kafka topic ${topic}: ${setting} is ${found} and must be ${expected}; change it with kafka-configs, or change inland.yaml`,
    );
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics[0]?.partitions ?? [];
  if (found.length !== partitions) throw wrong('the number of partitions', String(found.length), String(partitions));
  const fewest = Math.min(...found.map(({ replicas }) => replicas.length));
  if (fewest < wanted.replicationFactor)
    throw wrong('the replication factor', String(fewest), `at least ${wanted.replicationFactor}`);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
  });
  const entries = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
  for (const [setting, expected] of Object.entries(settingsOf(retentionMillis, wanted.minInsyncReplicas))) {
    const value = entries.get(setting) ?? '(not told)';
    const atLeast = setting === 'min.insync.replicas' || setting === 'max.message.bytes';
    if (atLeast ? !(Number(value) >= Number(expected)) : value !== expected)
      throw wrong(setting, value, atLeast ? `at least ${expected}` : expected);
  }
}
