import type { EventLog, StoredEvent } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import type { ProjectionStore, ProjectionTransaction } from '@inland/projection-store';
import { parkEvent } from '@inland/service-host';
import { auditProjection } from './audit-projection.ts';
import { foldAudit } from './fold-audit.ts';

const topic = 'inland.session.v1';
const batchEventsMax = 500;

/**
 * Drops the audit projection and folds the log again, up to its end as it was at the call. A service that folds at the
 * same time is no harm: whoever moves the checkpoint first has done that batch. Resolves with the events applied here.
 */
export async function rebuildAudit(log: EventLog, store: ProjectionStore): Promise<{ readonly events: number }> {
  const ends = await log.ends(topic);
  await store.prepare(auditProjection);
  await store.reset(auditProjection);
  let events = 0;
  for (const [partition, end] of ends) {
    let expected = 0;
    while (expected < end) {
      const applied: number = await fold(log, store, { partition, from: expected, to: end });
      events += applied;
      const next = await store.checkpoint(auditProjection, topic, partition);
      if (applied === 0 && next <= expected) break; // nothing but gaps is left
      expected = next;
    }
  }
  return { events };
}

async function fold(
  log: EventLog,
  store: ProjectionStore,
  range: { readonly partition: number; readonly from: number; readonly to: number },
): Promise<number> {
  let expected = range.from;
  let batch: StoredEvent[] = [];
  let applied = 0;
  const flush = async (): Promise<void> => {
    const last = batch.at(-1);
    if (last === undefined) return;
    const done = batch;
    const step = (next: number, work: (tx: ProjectionTransaction) => Promise<void>): Promise<void> =>
      store.apply(auditProjection, { topic, partition: range.partition, expected, next }, work);
    try {
      await step(last.offset + 1, async (tx) => {
        for (const stored of done) await foldAudit(tx, stored);
      });
    } catch (error) {
      if (!isPoison(error)) throw error;
      for (const stored of done) {
        await step(stored.offset + 1, (tx) => foldAudit(tx, stored)).catch(async (alone: unknown) => {
          if (!isPoison(alone)) throw alone;
          await step(stored.offset + 1, (tx) => parkEvent(tx, stored, Fault.from(alone)));
        });
        expected = stored.offset + 1;
      }
    }
    expected = last.offset + 1;
    applied += done.length;
    batch = [];
  };
  try {
    for await (const stored of log.read({ topic, ...range })) {
      batch.push(stored);
      if (batch.length >= batchEventsMax) await flush();
    }
    await flush();
  } catch (error) {
    if (Fault.from(error).code !== 'conflict') throw error; // another was faster: go on from where it is
  }
  return applied;
}

/** Fails whenever it is tried, wherever: it is put aside, as the service's transport does. */
function isPoison(error: unknown): boolean {
  const fault = Fault.from(error);
  return !fault.retryable && fault.code !== 'conflict';
}
