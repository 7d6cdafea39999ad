import type { StoredEvent } from '@inland/event-log';
import type { Fault } from '@inland/kernel';
import type { ProjectionTransaction } from '@inland/projection-store';

/** Called in a projection's `create`: the table of events that could not be applied to it. */
export async function createParkedEvents(tx: ProjectionTransaction): Promise<void> {
  await tx.query(`CREATE TABLE parked_event (
    topic text NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL, id text NOT NULL, type text NOT NULL,
    code text NOT NULL, PRIMARY KEY (topic, partition, "offset"))`);
}

/** Where the event stands and what kind of fault it met: never what it holds, nor a message that may quote it. */
export async function parkEvent(tx: ProjectionTransaction, stored: StoredEvent, fault: Fault): Promise<void> {
  await tx.query('INSERT INTO parked_event VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING', [
    stored.topic,
    stored.partition,
    stored.offset,
    stored.event.id.replaceAll('\0', '\uFFFD'),
    stored.event.type.replaceAll('\0', '\uFFFD'),
    fault.code,
  ]);
}
