import { decodeSessionEvent, typeOf, type SessionEvent } from '@inland/events';
import type { StoredEvent } from '@inland/event-log';
import { createParkedEvents } from '@inland/service-host';
import type { Projection, ProjectionTransaction } from '@inland/projection-store';

/** Which sessions are open, closed and sealed, and where in the log they stand. */
export const recorderProjection: Projection = {
  name: 'recorder',
  version: 2,
  create: async (tx) => {
    await createParkedEvents(tx);
    await tx.query(`CREATE TABLE session (
      session text PRIMARY KEY, partition integer NOT NULL, first_offset bigint NOT NULL, last_offset bigint,
      replica text NOT NULL, state text NOT NULL CHECK (state IN ('open', 'closed', 'sealed')), digest text)`);
    await tx.query(`CREATE INDEX unsealed ON session (state, first_offset) WHERE state <> 'sealed'`);
  },
};

/** The events that this projection is made from. */
export const recorderEvents: readonly string[] = [
  typeOf('ConnectionAttempted'),
  typeOf('SessionClosed'),
  typeOf('RecordingSealed'),
];

/** Applies one event of the session topic; others than {@link recorderEvents} change nothing. */
export async function foldRecorder(
  tx: ProjectionTransaction,
  stored: StoredEvent,
  event: SessionEvent = decodeSessionEvent(stored.event),
): Promise<void> {
  const session = stored.event.key;
  switch (event.name) {
    case 'ConnectionAttempted':
      await tx.query(
        `INSERT INTO session (session, partition, first_offset, replica, state) VALUES ($1, $2, $3, $4, 'open')
         ON CONFLICT (session) DO NOTHING`,
        [session, stored.partition, stored.offset, event.data.replica.replaceAll('\0', '\uFFFD')],
      );
      return;
    case 'SessionClosed':
      // The first end counts: what an isolated proxy wrote after it is no part of the session.
      await tx.query(`UPDATE session SET state = 'closed', last_offset = $2 WHERE session = $1 AND state = 'open'`, [
        session,
        stored.offset,
      ]);
      return;
    case 'RecordingSealed':
      await tx.query(`UPDATE session SET state = 'sealed', digest = $2 WHERE session = $1`, [
        session,
        event.data.digest,
      ]);
      return;
    default:
      return;
  }
}
