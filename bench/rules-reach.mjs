// `npm run bench -- rules-reach`: how long a change of the rules takes until another replica decides on it, by the embedded log
// and by Kafka. Aim: at most 2 s.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlView } from '@inland/control-view';
import { KafkaEventLog } from '@inland/event-log-kafka';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { controlRecord } from '@inland/events';
import { startKafka } from '../test/parts/kafka.mjs';

const changes = 200;

/** Milliseconds from the change's append until the other replica has folded it: p50 and the longest. */
async function measure(writer, reader) {
  const view = await ControlView.open({ log: reader });
  const millis = [];
  try {
    for (let at = -10; at < changes; at += 1) {
      const spec = { country: at % 2 === 0 ? 'DE' : 'FR' };
      const resource = { apiVersion: 'inland/v1', kind: 'Region', metadata: { name: 'own:a', labels: {} }, spec };
      const data = {
        kind: 'Region',
        name: 'own:a',
        generation: BigInt(at + 11),
        resourceJson: JSON.stringify(resource),
      };
      const event = controlRecord('ResourceApplied', data, { source: '/bench', subject: 'Region/own:a' });
      const begin = performance.now();
      const { offset } = await writer.append('inland.control.v1', [event]);
      await view.waitFor(offset, 30_000);
      if (at >= 0) millis.push(performance.now() - begin);
    }
  } finally {
    await view.close();
  }
  millis.sort((one, other) => one - other);
  return { p50: millis[millis.length / 2], max: millis.at(-1) };
}

/** Prints a table, or JSON. */
export async function run({ json }) {
  const folder = await mkdtemp(join(tmpdir(), 'inland-bench-reach-'));
  const log = await SqliteEventLog.open({ folder });
  const embedded = await measure(log, log);
  await log.close();
  await rm(folder, { recursive: true, force: true });
  const broker = await startKafka();
  const options = { brokers: broker.brokers, replicationFactor: 1, minInsyncReplicas: 1, sessionPartitions: 1 };
  const [writer, reader] = [
    await KafkaEventLog.open({ ...options, clientId: 'writer' }),
    await KafkaEventLog.open({ ...options, clientId: 'reader' }),
  ];
  const kafka = await measure(writer, reader);
  await Promise.all([writer.close(), reader.close()]);
  await broker.stop();
  if (json)
    return console.log(JSON.stringify({ bench: 'rules-reach', unit: 'milliseconds', embedded, kafka }, null, 2));
  for (const [name, { p50, max }] of Object.entries({ embedded, kafka }))
    console.log(`${name.padEnd(10)} p50 ${p50.toFixed(1)} ms, longest ${max.toFixed(1)} ms, of ${changes} changes`);
}
