import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaEventLog, type KafkaEventLogOptions } from '@inland/event-log-kafka';
import kafkajs, { type Admin } from 'kafkajs';
import { startKafka, type KafkaCluster } from '../parts/kafka.mjs';

let kafka: KafkaCluster;
let admin: Admin;
let options: KafkaEventLogOptions;
const topic = 'inland.session.v1';

beforeAll(async () => {
  kafka = await startKafka();
  admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const replicas = { replicationFactor: 1, minInsyncReplicas: 1 };
  options = {
    brokers: kafka.brokers,
    clientId: 'settings',
    ...replicas,
    sessionPartitions: 3,
    sessionRetentionDays: 30,
  };
}, 120_000);
afterAll(async () => {
  await admin?.disconnect();
  await kafka?.stop();
}, 30_000);
afterEach(async () => {
  const topics = (await admin.listTopics()).filter((name) => name.startsWith('inland.'));
  await admin.deleteTopics({ topics });
  while ((await admin.listTopics()).some((name) => name.startsWith('inland.')));
});

async function settingsOf(name: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
  });
  return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

const stated = [
  'cleanup.policy',
  'retention.ms',
  'retention.bytes',
  'min.insync.replicas',
  'max.message.bytes',
  'unclean.leader.election.enable',
];

/** Changes one setting; the request names all of them, for those that it does not name fall back to defaults. */
async function set(name: string, value: string): Promise<void> {
  const now = await settingsOf(topic);
  const configEntries = stated.map((one) => ({ name: one, value: one === name ? value : (now.get(one) ?? '') }));
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
  });
}

describe('the topics of the log', () => {
  it('are made with every setting stated', async () => {
    await (await KafkaEventLog.open(options)).close();
    const { topics } = await admin.fetchTopicMetadata({ topics: ['inland.control.v1', topic, 'inland.audit.v1'] });
    expect(topics.map(({ name, partitions }) => [name, partitions.length]).toSorted()).toEqual([
      ['inland.audit.v1', 6],
      ['inland.control.v1', 1],
      [topic, 3],
    ]);
    const [control, session] = [await settingsOf('inland.control.v1'), await settingsOf(topic)];
    for (const settings of [control, session]) {
      expect(settings.get('cleanup.policy')).toBe('delete');
      expect(settings.get('unclean.leader.election.enable')).toBe('false');
      expect(settings.get('min.insync.replicas')).toBe('1');
    }
    expect(control.get('retention.ms')).toBe('-1');
    expect(session.get('retention.ms')).toBe(String(30 * 24 * 60 * 60 * 1000));
    await (await KafkaEventLog.open(options)).close(); // and it may start again
  });

  it.each([
    ['cleanup.policy', 'compact', 'cleanup.policy is compact and must be delete'],
    ['retention.ms', '60000', 'retention.ms is 60000 and must be 2592000000'],
    ['unclean.leader.election.enable', 'true', 'unclean.leader.election.enable is true and must be false'],
    ['max.message.bytes', '1000', 'max.message.bytes is 1000 and must be at least 4194304'],
  ])('stop the start when %s is %s', async (name, value, words) => {
    await (await KafkaEventLog.open(options)).close();
    await set(name, value);
    await expect(KafkaEventLog.open(options)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(`Kafka topic ${topic}: ${words}`),
    });
  });

  it('stop the start when there are other partitions than stated, for keys would lose their order', async () => {
    await (await KafkaEventLog.open(options)).close();
    await expect(KafkaEventLog.open({ ...options, sessionPartitions: 12 })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('the number of partitions is 3 and must be 12'),
    });
  });

  it('stop the start when there are fewer copies than stated', async () => {
    await (await KafkaEventLog.open(options)).close();
    const more = { ...options, replicationFactor: 3, minInsyncReplicas: 1 };
    await expect(KafkaEventLog.open(more)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('the replication factor is 1 and must be at least 3'),
    });
  });

  it('are not asked for an acknowledgement that nobody can give', async () => {
    await expect(KafkaEventLog.open({ ...options, minInsyncReplicas: 2 })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('nothing could be acknowledged'),
    });
    await (await KafkaEventLog.open(options)).close();
  });

  it('cannot be made while no broker answers: a clear error, within its time', async () => {
    await (await KafkaEventLog.open(options)).close();
    await expect(KafkaEventLog.open({ ...options, brokers: ['127.0.0.1:1'] })).rejects.toMatchObject({
      code: 'log_unavailable',
    });
  }, 60_000);
});
