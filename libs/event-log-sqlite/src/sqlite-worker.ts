// Runs in a worker thread, on Node alone: it imports nothing of Inland, so that it runs uncompiled as well.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** What an event is in SQLite: the envelope as JSON, the data as it is. */
interface Row {
  readonly id: string;
  readonly key: string;
  readonly envelope: string;
  readonly data: Uint8Array;
}

interface Batch {
  readonly topic: string;
  readonly rows: readonly Row[];
}

interface Request {
  readonly call: number;
  readonly kind: 'append' | 'read' | 'ends' | 'close';
  readonly batches?: readonly Batch[];
  readonly topic?: string;
  readonly from?: number;
  readonly to?: number;
  readonly key?: string | undefined;
  readonly limit?: number;
}

const { file, pagesMax } = workerData as { readonly file: string; readonly pagesMax: number | undefined };
const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread');

const database = new DatabaseSync(file);
database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16000;');
if (pagesMax !== undefined) database.exec(`PRAGMA max_page_count = ${Math.trunc(pagesMax)}`);
database.exec(`
  CREATE TABLE IF NOT EXISTS event (
    place INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL,
    envelope TEXT NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS event_id ON event (topic, id);
  CREATE INDEX IF NOT EXISTS event_key ON event (topic, key, place);
`);
database.exec('BEGIN IMMEDIATE; COMMIT;'); // takes the lock now: a second process fails here, not later

const insert = database.prepare(
  'INSERT INTO event (topic, id, key, envelope, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (topic, id) DO NOTHING',
);
const placeOf = database.prepare('SELECT place FROM event WHERE topic = ? AND id = ?');
const lastOf = database.prepare('SELECT max(place) AS last FROM event WHERE topic = ?');
const readAny = database.prepare(
  'SELECT place, key, envelope, data FROM event WHERE topic = ? AND place >= ? AND place < ? ORDER BY place LIMIT ?',
);
const readKey = database.prepare(
  'SELECT place, key, envelope, data FROM event WHERE topic = ? AND key = ? AND place >= ? AND place < ? ORDER BY place LIMIT ?',
);

/** All batches in one transaction, so one fsync. Gives the place of each batch's last event. */
function append(batches: readonly Batch[]): number[] {
  database.exec('BEGIN IMMEDIATE');
  try {
    const places = batches.map(({ topic, rows }) => {
      let place = 0;
      for (const { id, key, envelope, data } of rows) {
        const done = insert.run(topic, id, key, envelope, data);
        place = done.changes === 1 ? Number(done.lastInsertRowid) : placeIn(placeOf, topic, id);
      }
      return place;
    });
    database.exec('COMMIT');
    return places;
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (a full disk)
    }
    throw error;
  }
}

function placeIn(statement: StatementSync, topic: string, id: string): number {
  return Number((statement.get(topic, id) as { place: number }).place);
}

function answer(request: Request): unknown {
  switch (request.kind) {
    case 'append':
      return append(request.batches ?? []);
    case 'ends':
      return Number((lastOf.get(request.topic ?? '') as { last: number | null }).last ?? 0);
    case 'read': {
      const { topic = '', from = 0, to = 0, key, limit = 500 } = request;
      return key === undefined ? readAny.all(topic, from, to, limit) : readKey.all(topic, key, from, to, limit);
    }
    case 'close':
      database.close();
      return undefined;
  }
}

port.on('message', (request: Request) => {
  try {
    port.postMessage({ call: request.call, value: answer(request) });
  } catch (error) {
    port.postMessage({ call: request.call, error: error instanceof Error ? error.message : String(error) });
  }
  if (request.kind === 'close') port.close();
});
port.postMessage({ call: 0, value: 'open' });
