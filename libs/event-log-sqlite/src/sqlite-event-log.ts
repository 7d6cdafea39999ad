import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventRecord } from '@inland/events';
import type {
  EventLog,
  Position,
  ReadRange,
  StoredEvent,
  SubscribeOptions,
  Subscription,
  Topic,
} from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { GroupCommit } from './group-commit.ts';
import { SqliteSubscription } from './sqlite-subscription.ts';
import { fromRow, type StoredRow } from './stored-form.ts';
import { WorkerCalls } from './worker-calls.ts';

export interface SqliteEventLogOptions {
  /** The folder that holds the log; made when it is missing. One process at a time. */
  readonly folder: string;
  /** The log takes no more than so many bytes; at the limit appends are refused, reads go on. */
  readonly maxBytes?: number;
}

const readPage = 500;

/**
 * The event log of one machine: SQLite in WAL mode with `synchronous=FULL`, in a thread of its own. An acknowledged event
 * survives kill -9 and power loss. Each topic has one partition, 0; offsets start at 1.
 */
export class SqliteEventLog implements EventLog {
  readonly #calls: WorkerCalls;
  readonly #commits: GroupCommit;
  readonly #commitCounts = new Map<Topic, number>();
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #subscriptions = new Set<Subscription>();
  /** One subscriber of a group at a time: the next gets its turn when the one before has closed. */
  readonly #turns = new Map<string, Promise<void>>();
  #lastFailure: string | undefined;

  private constructor(calls: WorkerCalls) {
    this.#calls = calls;
    this.#commits = new GroupCommit({ call: (request, transfer) => calls.call(request, transfer) }, (topics) =>
      this.#wake(topics),
    );
  }

  /** Rejects with `misconfigured` when the folder cannot be used, or another process uses it. */
  static async open(options: SqliteEventLogOptions): Promise<SqliteEventLog> {
    try {
      mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new Fault('misconfigured', `the folder ${options.folder} cannot be made`, { cause: error });
    }
    return new SqliteEventLog(await WorkerCalls.open(join(options.folder, 'events.db'), options.maxBytes));
  }

  async append(topic: Topic, events: readonly EventRecord[]): Promise<Position> {
    try {
      const position = await this.#commits.append(topic, events);
      this.#lastFailure = undefined;
      return position;
    } catch (error) {
      const fault = Fault.from(error, 'log_unavailable');
      if (fault.code === 'log_unavailable') this.#lastFailure = fault.message;
      throw fault;
    }
  }

  async ends(topic: Topic): Promise<ReadonlyMap<number, number>> {
    return new Map([[0, (await this.#calls.call<number>({ kind: 'ends', topic })) + 1]]);
  }

  async *read(range: ReadRange): AsyncIterable<StoredEvent> {
    if (range.partition !== 0) return;
    const to = range.to ?? (await this.ends(range.topic)).get(0) ?? 0;
    let from = range.from;
    while (from < to) {
      const page = await this.#page(range.topic, from, to, readPage, range.key);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      from = last.offset + 1;
    }
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const group = options.group === undefined ? undefined : `${options.topic} ${options.group}`;
    let leave = (): void => undefined;
    let turn: Promise<void> | undefined;
    if (group !== undefined) {
      turn = this.#turns.get(group) ?? Promise.resolve();
      const left = new Promise<void>((resolve) => (leave = resolve));
      this.#turns.set(
        group,
        turn.then(() => left),
      );
    }
    const subscription = new SqliteSubscription(
      options,
      {
        page: (from, limit) => this.#page(options.topic, from, Number.MAX_SAFE_INTEGER, limit),
        commits: () => this.#commitCounts.get(options.topic) ?? 0,
        changed: (since, signal) => this.#changed(options.topic, since, signal),
      },
      turn,
    );
    const tracked: Subscription = {
      close: async () => {
        this.#subscriptions.delete(tracked);
        await (turn === undefined
          ? subscription.close()
          : Promise.race([subscription.close(), leaveQueue(turn, subscription)]));
        leave();
      },
    };
    this.#subscriptions.add(tracked);
    return tracked;
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    if (this.#lastFailure !== undefined) return { ok: false, reason: this.#lastFailure };
    try {
      await this.ends('inland.control.v1');
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: Fault.from(error).message };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#calls.close();
  }

  async #page(topic: Topic, from: number, to: number, limit: number, key?: string): Promise<StoredEvent[]> {
    const rows = await this.#calls.call<StoredRow[]>({ kind: 'read', topic, from, to, limit, key });
    return rows.map((row) => fromRow(topic, row));
  }

  #wake(topics: Iterable<Topic>): void {
    for (const topic of topics) {
      this.#commitCounts.set(topic, (this.#commitCounts.get(topic) ?? 0) + 1);
      const listeners = this.#listeners.get(topic);
      this.#listeners.delete(topic);
      for (const listener of listeners ?? []) listener();
    }
  }

  #changed(topic: Topic, since: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.#commitCounts.get(topic) ?? 0) > since) return Promise.resolve();
    return new Promise((resolve) => {
      const listeners = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, listeners);
      const done = (): void => {
        listeners.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      listeners.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** A subscriber that waits for its turn is closed without getting it. */
async function leaveQueue(turn: Promise<void>, subscription: SqliteSubscription): Promise<void> {
  const waiting = await Promise.race([turn.then(() => false), Promise.resolve(true)]);
  if (!waiting) await subscription.close();
  else void subscription.close();
}
