// `npm run bench -- log`: durable appends of events with 1 KiB of content by 1, 16 and 256 producers, each of which waits
// for its acknowledgement before it appends the next. Beside them, for each number of producers, a bare loop of write and
// fdatasync of as many KiB at a time as they could share, over a file that has its size already. A ratio is to that loop.
// Kafka is one broker on this machine, which acknowledges from memory as Kafka does; it takes part when its jars are here.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaEventLog } from '@inland/event-log-kafka';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { SessionChain, StreamKind } from '@inland/events';
import { newEventId, newSessionId } from '@inland/kernel';
import { startKafka } from '../test/parts/kafka.mjs';

const content = new Uint8Array(1024);
const quantile = (figures, q) => figures.toSorted((one, other) => one - other)[Math.floor(figures.length * q)];

/** Appends in a second, and the milliseconds that each waited. */
async function produce(append, producers, millis) {
  const waits = [];
  const startedAt = performance.now();
  const until = startedAt + millis;
  await Promise.all(
    Array.from({ length: producers }, async () => {
      const appendNext = append();
      while (performance.now() < until) {
        const at = performance.now();
        await appendNext();
        waits.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  return { perSecond: waits.length / seconds, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
}

/** A session of its own, event after event. Each is the first one with an id of its own: what hashing costs is no log's. */
function sessionOn(log) {
  return () => {
    const chain = new SessionChain({ session: newSessionId(), source: '/bench' });
    const event = chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: content });
    return () => log.append('inland.session.v1', [{ ...event, id: newEventId() }]);
  };
}

/** Writes so many bytes and waits for the disk, round and round within 16 MiB. */
async function bareLoop(file, bytes) {
  const size = 16 * 1024 * 1024;
  await file.write(new Uint8Array(size), 0, size, 0);
  await file.sync();
  const block = new Uint8Array(bytes);
  let at = 0;
  return () => async () => {
    await file.write(block, 0, bytes, at);
    await file.datasync();
    at = (at + bytes) % size;
  };
}

/** Prints a table, or JSON. */
export async function run({ json = false, millis = 2_000, producers = [1, 16, 256] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'inland-bench-log-'));
  const closing = [() => rm(folder, { recursive: true, force: true })];
  try {
    const file = await open(join(folder, 'bare'), 'w');
    closing.push(() => file.close());
    const results = [];
    for (const count of producers) {
      const figures = await produce(await bareLoop(file, count * content.length), 1, millis);
      results.push({ way: 'bare', producers: count, ...figures, perSecond: figures.perSecond * count });
    }
    const logs = { embedded: await SqliteEventLog.open({ folder: join(folder, 'log') }) };
    closing.push(() => logs.embedded.close());
    const parts = process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts');
    if (existsSync(join(parts, 'kafka-4.1.0'))) {
      const kafka = await startKafka();
      closing.push(() => kafka.stop());
      const options = { brokers: kafka.brokers, clientId: 'bench', replicationFactor: 1, minInsyncReplicas: 1 };
      logs.kafka = await KafkaEventLog.open(options);
      closing.push(() => logs.kafka.close());
    }
    const missing = logs.kafka === undefined ? ['kafka'] : [];
    for (const [way, log] of Object.entries(logs)) {
      await produce(sessionOn(log), 16, 500); // warm up
      for (const count of producers)
        results.push({ way, producers: count, ...(await produce(sessionOn(log), count, millis)) });
    }
    const bare = new Map(results.slice(0, producers.length).map((result) => [result.producers, result.perSecond]));
    for (const result of results) result.ratio = result.perSecond / bare.get(result.producers);
    if (json)
      console.log(JSON.stringify({ bench: 'log', contentBytes: content.length, millis, results, missing }, null, 2));
    else print(results, missing);
    return results;
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

const line = (cells) => console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(16) : cell.padStart(12))).join(''));

function print(results, missing) {
  line(['', 'producers', 'events/s', 'p50 ms', 'p99 ms', 'to bare']);
  for (const { way, producers, perSecond, p50, p99, ratio } of results)
    line([way, String(producers), perSecond.toFixed(0), p50.toFixed(2), p99.toFixed(2), ratio.toFixed(2)]);
  for (const way of missing) line([way, 'its parts are not here']);
}
