import type { ReadRange, StoredEvent } from '@inland/event-log';
import type { FetchCluster } from './fetch-cluster.ts';
import { logUnavailable } from './kafka-client.ts';
import { toStored } from './kafka-record.ts';
import { SeenEvents } from './seen-events.ts';

const waitMillis = 500;
const attemptsMax = 8;

/** The events of a range, in order, each once. Rejects with `log_unavailable`. */
export async function* readPartition(cluster: FetchCluster, range: ReadRange): AsyncGenerator<StoredEvent> {
  const { topic, partition, key } = range;
  const ends = await attempted('its end could not be read', cluster, () => cluster.offsets(topic, 'end'));
  const to = Math.min(range.to ?? Infinity, ends.get(partition) ?? 0);
  const firsts =
    range.from >= to
      ? undefined
      : await attempted('it could not be read', cluster, () => cluster.offsets(topic, 'first'));
  let from = Math.max(range.from, firsts?.get(partition) ?? 0);
  const seen = new SeenEvents();
  while (from < to) {
    const records = await attempted('it could not be read', cluster, async () => {
      const leaders = await cluster.leaders(topic, [partition]);
      const [nodeId = ''] = leaders.keys();
      const [fetched] = await cluster.fetch(topic, nodeId, new Map([[partition, from]]), waitMillis);
      return fetched?.records ?? [];
    });
    for (const record of records) {
      const offset = Number(record.offset);
      if (offset >= to) return;
      from = offset + 1;
      if (record.isControlRecord === true) continue;
      if (key !== undefined && record.key?.toString('utf8') !== key) continue;
      const stored = toStored(topic, partition, record);
      if (seen.add(stored.event.id)) yield stored;
    }
    // Markers alone, or a gap at the end: nothing more will come below `to`.
    if (records.length === 0) return;
  }
}

/** Tries with fresh metadata, for leaders move; then gives up with `log_unavailable`. */
async function attempted<T>(what: string, cluster: FetchCluster, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attemptsMax) throw logUnavailable(what, error);
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
      await cluster.refresh().catch(() => undefined);
    }
  }
}
