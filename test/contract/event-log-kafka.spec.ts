import { afterAll, beforeAll } from '@jest/globals';
import { KafkaEventLog, type KafkaEventLogOptions } from '@inland/event-log-kafka';
import { eventLogContract } from '@inland/event-log/contract';
import kafkajs from 'kafkajs';
import { startKafka, type KafkaCluster } from '../parts/kafka.mjs';

let kafka: KafkaCluster;

beforeAll(async () => {
  kafka = await startKafka();
}, 120_000);
afterAll(() => kafka?.stop(), 30_000);

/** Topics as on the first day. */
async function removeTopics(): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith('inland.'));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  while ((await admin.listTopics()).some((topic) => topic.startsWith('inland.')));
  await admin.disconnect();
}

eventLogContract('Kafka', async () => {
  await removeTopics();
  const options: KafkaEventLogOptions = {
    brokers: kafka.brokers,
    clientId: 'contract',
    replicationFactor: 1,
    minInsyncReplicas: 1,
    sessionPartitions: 4,
  };
  let log = await KafkaEventLog.open(options);
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await KafkaEventLog.open(options);
      return log;
    },
    dispose: () => log.close(),
  };
});
