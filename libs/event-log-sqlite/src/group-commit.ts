import type { EventRecord } from '@inland/events';
import { eventBytesMax, type Position, type Topic } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { packedBytes, packRows, type EventRow } from './packed-rows.ts';
import { toRow } from './stored-form.ts';

/** The thread that holds the database: commits what it is given, in order, each call in a transaction of its own. */
export interface CommitCalls {
  /**
   * Gives the places of each batch's events. A call that failed has changed nothing, and so do the calls after it
   * that carry the same `run`.
   */
  call(request: CommitRequest, transfer: ArrayBuffer[]): Promise<readonly Float64Array[]>;
}

export interface CommitRequest {
  readonly kind: 'append';
  readonly run: number;
  readonly batches: readonly { readonly topic: Topic; readonly packed: Uint8Array }[];
}

interface Waiting {
  readonly topic: Topic;
  readonly rows: readonly EventRow[];
  readonly bytes: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: unknown) => void;
}

/** At most so much waits for the disk; what comes on top is refused. */
const waitingBytesMax = 64 * 1024 * 1024;
/** At most so much goes into one transaction, unless one append is more by itself. */
const commitBytesMax = 8 * 1024 * 1024;
/** The worker commits one while the next lies ready, so that it never waits for this thread. */
const underWayMax = 2;
/** A commit that lies ready has so many appends at least: more of them in a commit is less for each. */
const readyFrom = 32;

/**
 * Collects the appends of all sessions while commits are under way, so that they share the next one's fsync. When a
 * commit fails, so does everything that was appended before that was known: no later event of a session can get in
 * front of an earlier one that is appended again.
 */
export class GroupCommit {
  readonly #calls: CommitCalls;
  readonly #onCommit: (topics: Iterable<Topic>) => void;
  #queue: Waiting[] = [];
  #bytes = 0;
  #underWay = 0;
  /** Another number after each failure. */
  #run = 1;
  #scheduled = false;

  constructor(calls: CommitCalls, onCommit: (topics: Iterable<Topic>) => void) {
    this.#calls = calls;
    this.#onCommit = onCommit;
  }

  append(topic: Topic, events: readonly EventRecord[]): Promise<Position> {
    if (events.length === 0) return Promise.reject(new Fault('invalid_argument', 'nothing to append'));
    const rows = events.map(toRow);
    let bytes = 0;
    for (const row of rows) {
      const size = packedBytes(row);
      if (size > eventBytesMax)
        return Promise.reject(new Fault('invalid_argument', `an event of ${size} bytes is too big for the log`));
      bytes += size;
    }
    if (this.#bytes + bytes > waitingBytesMax)
      return Promise.reject(new Fault('resource_exhausted', 'too many events wait for the disk already'));
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ topic, rows, bytes, resolve, reject });
      this.#schedule();
    });
  }

  /** At the end of this turn of the event loop, so that all who append in it share a commit. */
  #schedule(): void {
    if (this.#scheduled || this.#underWay === underWayMax) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#queue.length > 0 && this.#underWay < underWayMax) {
      const waiting = this.#queue.length;
      if (this.#underWay > 0 && waiting < readyFrom) return;
      const divide = this.#underWay === 0 && waiting >= 2 * readyFrom;
      void this.#commit(this.#take(divide ? Math.ceil(waiting / 2) : waiting));
    }
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    this.#underWay += 1;
    const byTopic = groupByTopic(taken);
    const batches = [...byTopic].map(([topic, all]) => {
      const bytes = all.reduce((sum, waiting) => sum + waiting.bytes, 0);
      return { topic, packed: packRows(rowsOf(all), bytes) };
    });
    const run = this.#run;
    try {
      const transfer = batches.map(({ packed }) => packed.buffer);
      const places = await this.#calls.call({ kind: 'append', run, batches }, transfer);
      [...byTopic.values()].forEach((all, index) => settle(all, places[index]));
      for (const { bytes } of taken) this.#bytes -= bytes;
      this.#onCommit(byTopic.keys());
    } catch (error) {
      this.#refuse(taken, error);
      if (run === this.#run) {
        this.#run += 1;
        this.#refuse(this.#queue.splice(0), error);
      }
    }
    this.#underWay -= 1;
    if (this.#queue.length > 0) this.#schedule();
  }

  #refuse(all: readonly Waiting[], error: unknown): void {
    for (const { bytes, reject } of all) {
      this.#bytes -= bytes;
      reject(error);
    }
  }

  #take(countMax: number): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count === countMax || (count > 0 && bytes + waiting.bytes > commitBytesMax)) break;
      bytes += waiting.bytes;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }
}

function groupByTopic(taken: readonly Waiting[]): ReadonlyMap<Topic, readonly Waiting[]> {
  const byTopic = new Map<Topic, Waiting[]>();
  for (const waiting of taken) {
    const same = byTopic.get(waiting.topic);
    if (same === undefined) byTopic.set(waiting.topic, [waiting]);
    else same.push(waiting);
  }
  return byTopic;
}

function* rowsOf(all: readonly Waiting[]): Generator<EventRow> {
  for (const { rows } of all) yield* rows;
}

/** Tells each append the place of its last event. */
function settle(all: readonly Waiting[], places: Float64Array = new Float64Array(0)): void {
  let count = 0;
  for (const { rows, resolve } of all) {
    count += rows.length;
    resolve({ partition: 0, offset: places[count - 1] ?? 0 });
  }
}
