// Used by the worker: it imports nothing of Inland, so that it runs uncompiled as well.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PackedRow } from './packed-rows.ts';

/** A page of a read ends when it has so many bytes of data, if it has an event at all. */
const pageBytesMax = 8 * 1024 * 1024;
/** After so many events the index by key is brought up to date. */
const indexEvery = 4096;

const columns = 'place, id, key, envelope, data';

interface KeptRow {
  readonly data: Uint8Array;
}

/**
 * One topic: its events by place, and where each key has its events. The index by key is written for some thousands of
 * events at once: written with each event it touches a page for every session in a commit, and costs more than the
 * events. What is not in the index yet is the table's end, which a read by key goes through.
 */
export class TopicTable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #placeOf: StatementSync;
  readonly #last: StatementSync;
  readonly #read: StatementSync;
  readonly #readKeyIndexed: StatementSync;
  readonly #readKeyLate: StatementSync;
  readonly #addToIndex: StatementSync;
  readonly #setIndexed: StatementSync;
  #indexed: number;
  #indexAt: number;

  constructor(database: DatabaseSync, topic: string) {
    this.#database = database;
    const event = `"event ${topic}"`;
    const keyPlace = `"key ${topic}"`;
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${event} (
        place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, envelope TEXT NOT NULL, data BLOB NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS ${keyPlace} (
        key TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (key, place)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS indexed (topic TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `);
    // The texts are UTF-8 already: the cast takes them as they are.
    this.#insert = database.prepare(
      `INSERT INTO ${event} (id, key, envelope, data) VALUES (CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?)
       ON CONFLICT (id) DO NOTHING`,
    );
    this.#placeOf = database.prepare(`SELECT place FROM ${event} WHERE id = CAST(? AS TEXT)`);
    this.#last = database.prepare(`SELECT max(place) AS place FROM ${event}`);
    this.#read = database.prepare(
      `SELECT ${columns} FROM ${event} WHERE place >= ? AND place < ? ORDER BY place LIMIT ?`,
    );
    this.#readKeyIndexed = database.prepare(
      `SELECT ${columns} FROM ${event} WHERE place IN
         (SELECT place FROM ${keyPlace} WHERE key = ? AND place >= ? AND place < ? ORDER BY place LIMIT ?)
       ORDER BY place`,
    );
    this.#readKeyLate = database.prepare(
      `SELECT ${columns} FROM ${event} WHERE key = ? AND place >= ? AND place < ? ORDER BY place LIMIT ?`,
    );
    this.#addToIndex = database.prepare(
      `INSERT INTO ${keyPlace} SELECT key, place FROM ${event} WHERE place > ? AND place <= ? ORDER BY key, place`,
    );
    this.#setIndexed = database.prepare(
      `INSERT INTO indexed VALUES ('${topic}', ?) ON CONFLICT (topic) DO UPDATE SET place = excluded.place`,
    );
    this.#indexed = placeIn(database.prepare(`SELECT place FROM indexed WHERE topic = '${topic}'`).get());
    this.#indexAt = this.#indexed + indexEvery;
  }

  /** The place of the last event; 0 when there is none. */
  last(): number {
    return placeIn(this.#last.get());
  }

  /** Inside a transaction. Gives the event's place, which it has already when it came before. */
  add({ id, key, envelope, data }: PackedRow): number {
    const { changes, lastInsertRowid } = this.#insert.run(id, key, envelope, data);
    return changes === 1 ? Number(lastInsertRowid) : placeIn(this.#placeOf.get(id));
  }

  read(from: number, to: number, limit: number): unknown[] {
    return page(this.#read.iterate(from, to, limit) as Iterable<KeptRow>);
  }

  readKey(key: string, from: number, to: number, limit: number): unknown[] {
    const late = this.#indexed + 1;
    const indexed = from < late ? this.#readKeyIndexed.iterate(key, from, Math.min(to, late), limit) : [];
    const rows = page(indexed as Iterable<KeptRow>);
    if (rows.length > 0 || to <= late) return rows;
    return page(this.#readKeyLate.iterate(key, Math.max(from, late), to, limit) as Iterable<KeptRow>);
  }

  /**
   * Outside a transaction: writes the index when much is missing in it. When that fails, nothing is lost but time: a
   * read goes through what is missing, and it is tried again when as much has come again.
   */
  keepIndex(): void {
    const last = this.last();
    if (last < this.#indexAt) return;
    this.#indexAt = last + indexEvery;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#addToIndex.run(this.#indexed, last);
      this.#setIndexed.run(last);
      this.#database.exec('COMMIT');
      this.#indexed = last;
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }
}

function page(rows: Iterable<KeptRow>): unknown[] {
  const kept: unknown[] = [];
  let bytes = 0;
  for (const row of rows) {
    kept.push(row);
    bytes += row.data.byteLength;
    if (bytes >= pageBytesMax) break;
  }
  return kept;
}

function placeIn(row: unknown): number {
  return Number((row as { readonly place: number | null } | undefined)?.place ?? 0);
}
