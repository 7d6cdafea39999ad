import type { EventRecord } from '@inland/events';
import { eventBytesMax, type Position, type Topic } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { toRow, type EventRow } from './stored-form.ts';
import type { WorkerCalls } from './worker-calls.ts';

interface Waiting {
  readonly topic: Topic;
  readonly rows: readonly EventRow[];
  readonly bytes: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: unknown) => void;
}

/** At most so much waits for the disk; what comes on top is refused. */
const waitingBytesMax = 64 * 1024 * 1024;
/** At most so much goes into one transaction. */
const commitBytesMax = 8 * 1024 * 1024;

/** Collects the appends of all sessions while one commit is under way, so that they share the next one's fsync. */
export class GroupCommit {
  readonly #calls: WorkerCalls;
  readonly #onCommit: (topics: ReadonlySet<Topic>) => void;
  #queue: Waiting[] = [];
  #bytes = 0;
  #committing = false;

  constructor(calls: WorkerCalls, onCommit: (topics: ReadonlySet<Topic>) => void) {
    this.#calls = calls;
    this.#onCommit = onCommit;
  }

  append(topic: Topic, events: readonly EventRecord[]): Promise<Position> {
    if (events.length === 0) return Promise.reject(new Fault('invalid_argument', 'nothing to append'));
    const rows = events.map(toRow);
    let bytes = 0;
    for (const row of rows) {
      const size = row.data.length + row.envelope.length + row.key.length;
      if (size > eventBytesMax)
        return Promise.reject(new Fault('invalid_argument', `an event of ${size} bytes is too big for the log`));
      bytes += size;
    }
    if (this.#bytes + bytes > waitingBytesMax)
      return Promise.reject(new Fault('resource_exhausted', 'too many events wait for the disk already'));
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ topic, rows, bytes, resolve, reject });
      if (!this.#committing) {
        this.#committing = true;
        queueMicrotask(() => void this.#pump());
      }
    });
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#take();
      try {
        const places = await this.#calls.call<number[]>({
          kind: 'append',
          batches: batch.map(({ topic, rows }) => ({ topic, rows })),
        });
        batch.forEach(({ resolve }, index) => resolve({ partition: 0, offset: places[index] ?? 0 }));
        this.#onCommit(new Set(batch.map(({ topic }) => topic)));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      for (const { bytes } of batch) this.#bytes -= bytes;
    }
    this.#committing = false;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count > 0 && bytes + waiting.bytes > commitBytesMax) break;
      bytes += waiting.bytes;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }
}
