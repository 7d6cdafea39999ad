import type { EventRecord } from '@inland/events';
import type { Position, Topic } from '@inland/event-log';
import { backoffMillis, delay, Fault } from '@inland/kernel';
import { logUnavailable } from './kafka-client.ts';
import { recordBytes, toRecord } from './kafka-record.ts';
import type { RenewedProducer } from './renewed-producer.ts';

interface Waiting {
  readonly events: readonly EventRecord[];
  readonly bytes: number;
  readonly until: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (fault: Fault) => void;
}

const batchEventsMax = 1_000;
const batchBytesMax = 2 * 1024 * 1024;

/**
 * Appends to one partition: what comes while a batch is under way waits for the next one, so that the number of requests
 * does not grow with the number of sessions.
 */
export class PartitionWriter {
  readonly #producer: RenewedProducer;
  readonly #place: { readonly topic: Topic; readonly partition: number };
  readonly #appendMillis: number;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(
    producer: RenewedProducer,
    place: { readonly topic: Topic; readonly partition: number },
    appendMillis: number,
  ) {
    this.#producer = producer;
    this.#place = place;
    this.#appendMillis = appendMillis;
  }

  /** Resolves with the position of the last of the events, once all are durable. Rejects with `log_unavailable`. */
  append(events: readonly EventRecord[]): Promise<Position> {
    return new Promise((resolve, reject) => {
      const bytes = events.reduce((sum, event) => sum + recordBytes(event), 0);
      this.#waiting.push({ events, bytes, until: Date.now() + this.#appendMillis, resolve, reject });
      if (this.#writing) return;
      this.#writing = true;
      // What the same turn appends goes with it.
      queueMicrotask(() => void this.#write());
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        const baseOffset = await this.#send(batch);
        let offset = baseOffset;
        for (const { events, resolve } of batch) {
          offset += events.length;
          resolve({ partition: this.#place.partition, offset: offset - 1 });
        }
      } catch (error) {
        const fault = logUnavailable(`events could not be appended to ${this.#place.topic}`, error);
        for (const { reject } of batch) reject(fault);
      }
    }
    this.#writing = false;
  }

  #nextBatch(): Waiting[] {
    let [count, bytes, taken] = [0, 0, 0];
    for (const waiting of this.#waiting) {
      count += waiting.events.length;
      bytes += waiting.bytes;
      if (taken > 0 && (count > batchEventsMax || bytes > batchBytesMax)) break;
      taken += 1;
    }
    return this.#waiting.splice(0, taken);
  }

  /** Sends the same batch again and again until it is acknowledged, or the first of its callers can wait no longer. */
  async #send(batch: readonly Waiting[]): Promise<number> {
    const { topic, partition } = this.#place;
    const messages = batch.flatMap(({ events }) => events.map(toRecord));
    const until = Math.min(...batch.map((waiting) => waiting.until));
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#producer.send({ topic, partition, messages, until });
      } catch (error) {
        if (isTooLarge(error))
          throw new Fault('invalid_argument', 'an event is larger than the topic takes', { cause: error });
        const pause = backoffMillis(attempt, { initialMillis: 100, maxMillis: 1_000 });
        if (Date.now() + pause >= until) throw error;
        await delay(pause);
      }
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'MESSAGE_TOO_LARGE';
}
