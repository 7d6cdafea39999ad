import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { decodeEvent } from '@inland/events';
import type { EventLog, StoredEvent, Subscription, Topic } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { lastValueFrom } from 'rxjs';
import { EventContext } from './event-context.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** What the transport tells logs and metrics; never what an event holds. */
export interface TransportObserver {
  /** Given up for good: people must look. */
  parked(stored: StoredEvent, fault: Fault): void;
  /** Will be tried again. */
  failed(fault: Fault): void;
}

export interface EventLogTransportOptions<Tx> {
  readonly log: EventLog;
  readonly topic: Topic;
  /** Subscribers of one group share the topic's partitions. */
  readonly group: string;
  /** The second argument of `@EventPattern` of the handlers that are this transport's. */
  readonly id: symbol;
  readonly unitOfWork: UnitOfWork<Tx>;
  readonly observer: TransportObserver;
  /** How often an event may fail by itself before it is parked. Default 5. */
  readonly attemptsMax?: number;
  readonly retryMaxMillis?: number;
}

/** How many missed events are applied together. */
const catchUpEvents = 500;

/** Where a partition stands: what is applied, and which event is being tried again. */
interface Place {
  next: number;
  /** The offset after the last event that the log has given. Above `next` after rows were reset: then some are missing. */
  reached: number;
  failing: { readonly offset: number; readonly attempts: number } | undefined;
  /** Events before this offset are applied one by one: one of them failed in a batch. */
  aloneUntil: number;
}

/**
 * Nest handlers (`@EventPattern`, with the event's type as the pattern) on the event log. A batch is applied in one unit
 * of work and the checkpoint moves only when every handler has succeeded. What fails is tried again with growing waits,
 * first with its batch, then alone; an event that keeps failing by itself is parked, loudly, and the rest goes on. While
 * a store cannot be reached nothing is parked: everything waits for it.
 */
export class EventLogTransport<Tx> extends Server implements CustomTransportStrategy {
  /** A handler's failure comes here; Nest need not log it. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: EventLogTransportOptions<Tx>;
  readonly #places = new Map<number, Place>();
  #subscription: Subscription | undefined;

  constructor(options: EventLogTransportOptions<Tx>) {
    super();
    this.#options = options;
    this.transportId = options.id;
  }

  /** Called by Nest when the handlers are known. */
  listen(callback: (error?: unknown) => void): void {
    void this.#listen(callback);
  }

  /** Resolves when the batch under way has ended. */
  async close(): Promise<void> {
    await this.#subscription?.close();
    this.#subscription = undefined;
  }

  /** There are no events of the connection to listen to. */
  on(): never {
    throw new Fault('internal', 'the event log transport has no events of its own');
  }

  unwrap<T>(): T {
    return this.#options.log as T;
  }

  /** The offset to be applied next, by partition, as far as this subscriber has partitions. */
  positions(): ReadonlyMap<number, number> {
    return new Map([...this.#places].map(([partition, { next }]) => [partition, next]));
  }

  async #listen(callback: (error?: unknown) => void): Promise<void> {
    const { log, topic, group, unitOfWork, observer, retryMaxMillis = 30_000 } = this.#options;
    try {
      this.#subscription = await log.subscribe({
        topic,
        group,
        start: async (partition) => {
          const next = await unitOfWork.checkpoint(partition);
          this.#places.set(partition, { next, reached: next, failing: undefined, aloneUntil: 0 });
          return next;
        },
        deliver: (batch) => this.#deliver(batch),
        retryMaxMillis,
        onError: (error) => observer.failed(Fault.from(error)),
      });
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async #deliver(batch: readonly StoredEvent[]): Promise<void> {
    const [first] = batch;
    const last = batch.at(-1);
    if (first === undefined || last === undefined) return;
    const { partition } = first;
    const place = this.#places.get(partition) ?? { next: 0, reached: 0, failing: undefined, aloneUntil: 0 };
    this.#places.set(partition, place);
    try {
      if (place.next < place.reached) await this.#catchUp(place, partition, first.offset);
      await this.#applyAll(place, batch);
      place.reached = last.offset + 1;
    } catch (error) {
      const fault = Fault.from(error);
      if (fault.code === 'conflict') {
        // Another subscriber of the group was faster, or the rows were reset: the checkpoint says where they stand.
        place.next = await this.#options.unitOfWork.checkpoint(partition);
        place.failing = undefined;
      }
      throw fault;
    }
  }

  /** Applies what lies between the checkpoint and what the log gives next: rows and checkpoint never have a gap. */
  async #catchUp(place: Place, partition: number, to: number): Promise<void> {
    const { log, topic } = this.#options;
    let missed: StoredEvent[] = [];
    for await (const stored of log.read({ topic, partition, from: place.next, to })) {
      missed.push(stored);
      if (missed.length < catchUpEvents) continue;
      await this.#applyAll(place, missed);
      missed = [];
    }
    await this.#applyAll(place, missed);
  }

  async #applyAll(place: Place, events: readonly StoredEvent[]): Promise<void> {
    const todo = events.filter(({ offset }) => offset >= place.next);
    const last = todo.at(-1);
    if (last === undefined) return;
    try {
      if (last.offset >= place.aloneUntil && todo.length > 1 && place.failing === undefined)
        await this.#apply(place, todo);
      else for (const stored of todo) await this.#applyAlone(place, stored);
    } catch (error) {
      const fault = Fault.from(error);
      if (!fault.retryable && fault.code !== 'conflict') place.aloneUntil = last.offset + 1;
      throw fault;
    }
  }

  async #apply(place: Place, events: readonly StoredEvent[]): Promise<void> {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return;
    const next = last.offset + 1;
    await this.#options.unitOfWork.run({ partition: first.partition, expected: place.next, next }, async (tx) => {
      for (const stored of events) await this.#handle(stored, tx);
    });
    place.next = next;
    place.failing = undefined;
  }

  async #applyAlone(place: Place, stored: StoredEvent): Promise<void> {
    try {
      await this.#apply(place, [stored]);
    } catch (error) {
      const fault = Fault.from(error);
      if (fault.retryable || fault.code === 'conflict') throw fault;
      const attempts = (place.failing?.offset === stored.offset ? place.failing.attempts : 0) + 1;
      place.failing = { offset: stored.offset, attempts };
      if (attempts < (this.#options.attemptsMax ?? 5)) throw fault;
      await this.#park(place, stored, fault);
    }
  }

  async #park(place: Place, stored: StoredEvent, fault: Fault): Promise<void> {
    const { unitOfWork, observer } = this.#options;
    const next = stored.offset + 1;
    await unitOfWork.run({ partition: stored.partition, expected: place.next, next }, (tx) =>
      unitOfWork.park(tx, stored, fault),
    );
    place.next = next;
    place.failing = undefined;
    observer.parked(stored, fault);
  }

  /** Awaits the handlers of the event's type; an event that nobody handles is passed over. */
  async #handle(stored: StoredEvent, tx: Tx): Promise<void> {
    const handler = this.getHandlerByPattern(stored.event.type);
    if (handler === null) return;
    const context = new EventContext(stored, tx);
    // Nest chains further handlers of the same pattern behind the first.
    const result = handler(decodeEvent(stored.event), context);
    await lastValueFrom(this.transformToObservable(await result), { defaultValue: undefined });
  }
}
