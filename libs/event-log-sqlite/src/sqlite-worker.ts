// Runs in a worker thread, on Node alone: it imports nothing of Inland, so that it runs uncompiled as well.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { unpackRows } from './packed-rows.ts';
import { TopicTable } from './topic-table.ts';

interface Batch {
  readonly topic: string;
  /** See `packRows`. */
  readonly packed: Uint8Array;
}

interface Request {
  readonly call: number;
  readonly kind: 'append' | 'read' | 'ends' | 'close';
  /** Appends of one run fail together: after the first that fails none of them is tried. */
  readonly run?: number;
  readonly batches?: readonly Batch[];
  readonly topic?: string;
  readonly from?: number;
  readonly to?: number;
  readonly key?: string | undefined;
  readonly limit?: number;
}

const pageBytes = 8192;
const checkpointBytes = 16 * 1024 * 1024;
const cacheBytes = 32 * 1024 * 1024;
/** Counts up with each change of the tables that an older or newer Inland would not understand. */
const formVersion = 2;

const { file, maxBytes } = workerData as { readonly file: string; readonly maxBytes: number | undefined };
const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread');

const database = open();
const tables = new Map<string, TopicTable>();

function open(): DatabaseSync {
  const opened = new DatabaseSync(file);
  try {
    opened.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE;');
    const fresh = checkForm(opened);
    opened.exec(`
      PRAGMA page_size = ${pageBytes};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${checkpointBytes / pageBytes};
      PRAGMA cache_size = -${cacheBytes / 1024};
    `);
    if (maxBytes !== undefined)
      opened.exec(`PRAGMA max_page_count = ${Math.max(16, Math.floor(maxBytes / pageBytes))}`);
    // The transaction takes the lock now: a second process fails here, not later.
    opened.exec(`BEGIN IMMEDIATE; ${fresh ? `PRAGMA user_version = ${formVersion};` : ''} COMMIT;`);
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Whether the file is new. Any form but the one that is written now is refused, and left as it is. */
function checkForm(opened: DatabaseSync): boolean {
  const { user_version: found } = opened.prepare('PRAGMA user_version').get() as { readonly user_version: number };
  if (found === formVersion) return false;
  const used = opened.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;
  if (found === 0 && !used) return true;
  throw new Error(`it has form ${found}, and this version of Inland reads form ${formVersion}`);
}

function tableOf(topic: string): TopicTable {
  let table = tables.get(topic);
  if (table === undefined) {
    if (!/^[a-z0-9.]+$/.test(topic)) throw new Error(`${topic} is no topic`);
    table = new TopicTable(database, topic);
    tables.set(topic, table);
  }
  return table;
}

let failedRun: { readonly run: number; readonly error: unknown } | undefined;

function appendInRun(run: number, batches: readonly Batch[]): Float64Array[] {
  if (failedRun?.run === run) throw failedRun.error;
  try {
    return append(batches);
  } catch (error) {
    failedRun = { run, error };
    throw error;
  }
}

/** All batches in one transaction, so one fsync. Gives the place of each event. */
function append(batches: readonly Batch[]): Float64Array[] {
  const full = batches.map(({ topic, packed }) => ({ table: tableOf(topic), packed }));
  database.exec('BEGIN IMMEDIATE');
  try {
    const places = full.map(({ table, packed }) => {
      const found: number[] = [];
      for (const row of unpackRows(packed)) found.push(table.add(row));
      return Float64Array.from(found);
    });
    database.exec('COMMIT');
    return places;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK'); // SQLite may have rolled back by itself (a full disk)
    throw error;
  }
}

function answer(request: Request): unknown {
  const { topic = '', from = 0, to = 0, key, limit = 500 } = request;
  switch (request.kind) {
    case 'append':
      return appendInRun(request.run ?? 0, request.batches ?? []);
    case 'ends':
      return tableOf(topic).last();
    case 'read':
      return key === undefined ? tableOf(topic).read(from, to, limit) : tableOf(topic).readKey(key, from, to, limit);
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
  if (request.kind === 'append') for (const { topic } of request.batches ?? []) tables.get(topic)?.keepIndex();
  if (request.kind === 'close') port.close();
});
port.postMessage({ call: 0, value: 'open' });
