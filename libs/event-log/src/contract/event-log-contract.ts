import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { controlRecord, SessionChain, StreamKind, type EventRecord } from '@inland/events';
import { eventBytesMax, type EventLog, type StoredEvent, type Subscription, type Topic } from '../event-log.ts';

/** What an adapter shows to be held to the contract. */
export interface EventLogUnderTest {
  readonly log: EventLog;
  /** Closes the log and opens the same one again. */
  reopen(): Promise<EventLog>;
  /** Closes and removes. */
  dispose(): Promise<void>;
}

const topic: Topic = 'inland.session.v1';

/** One event of a session, with so many bytes of content. */
function chainOf(session: string): (bytes?: number) => EventRecord {
  const chain = new SessionChain({ session, source: '/contract' });
  return (bytes = 10) =>
    chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: new Uint8Array(bytes) });
}

async function everything(log: EventLog, key?: string): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (const [partition, to] of await log.ends(topic))
    for await (const stored of log.read({ topic, partition, from: 0, to, ...(key === undefined ? {} : { key }) }))
      found.push(stored);
  return found;
}

/** Collects what a subscriber is given, and tells when it is enough. */
class Collected {
  readonly events: StoredEvent[] = [];
  #wanted: { readonly enough: (events: readonly StoredEvent[]) => boolean; readonly done: () => void } | undefined;

  readonly deliver = async (batch: readonly StoredEvent[]): Promise<void> => {
    this.events.push(...batch);
    if (this.#wanted?.enough(this.events)) this.#wanted.done();
  };

  until(enough: (events: readonly StoredEvent[]) => boolean): Promise<void> {
    if (enough(this.events)) return Promise.resolve();
    return new Promise((done) => (this.#wanted = { enough, done }));
  }
}

const start = async (): Promise<number> => 0;
const ids = (events: readonly StoredEvent[]): string[] => events.map(({ event }) => event.id);

/** The contract of {@link EventLog}: every adapter runs it. */
export function eventLogContract(name: string, open: () => Promise<EventLogUnderTest>): void {
  describe(`${name} keeps the contract of the event log`, () => {
    let subject: EventLogUnderTest;
    let log: EventLog;
    const subscriptions: Subscription[] = [];
    beforeEach(async () => {
      subject = await open();
      log = subject.log;
    });
    afterEach(async () => {
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.close()));
      await subject.dispose();
    });

    it('gives back an event as it was', async () => {
      const event = controlRecord(
        'CredentialRevoked',
        { credentialId: 'ä', actor: 'olga' },
        { source: '/x', subject: 'a/b' },
      );
      const { partition, offset } = await log.append('inland.control.v1', [event]);
      const read: StoredEvent[] = [];
      for await (const stored of log.read({ topic: 'inland.control.v1', partition, from: offset })) read.push(stored);
      expect(read).toHaveLength(1);
      expect({ ...read[0]?.event, data: [...(read[0]?.event.data ?? [])] }).toEqual({
        ...event,
        data: [...event.data],
      });
    });

    it('has what it acknowledged when it is opened again, chain included', async () => {
      const next = chainOf('s1');
      const events = [next(), next(), next()];
      await log.append(topic, events);
      log = await subject.reopen();
      const read = await everything(log);
      expect(ids(read)).toEqual(events.map(({ id }) => id));
      expect(read.map(({ event }) => event.sequence)).toEqual([1, 2, 3]);
      expect(Buffer.from(read[2]?.event.previousHash ?? [])).toEqual(Buffer.from(events[2]?.previousHash ?? []));
    });

    it('keeps the order of each key, however many append at once', async () => {
      const sessions = Array.from({ length: 20 }, (_, index) => `s${index}`);
      await Promise.all(
        sessions.map(async (session) => {
          const next = chainOf(session);
          const appended: Promise<unknown>[] = [];
          for (let count = 0; count < 30; count += 1) appended.push(log.append(topic, [next()]));
          await Promise.all(appended);
        }),
      );
      for (const session of sessions) {
        const sequence = (await everything(log, session)).map(({ event }) => event.sequence);
        expect(sequence).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
      }
    });

    it('shows an append that was retried once, to readers and to subscribers', async () => {
      const next = chainOf('s1');
      const events = [next(), next()];
      await log.append(topic, events);
      await log.append(topic, events);
      const last = next();
      await log.append(topic, [last]);
      const wanted = [...events, last].map(({ id }) => id);
      expect(ids(await everything(log))).toEqual(wanted);
      const collected = new Collected();
      subscriptions.push(await log.subscribe({ topic, start, deliver: collected.deliver }));
      await collected.until((seen) => seen.some(({ event }) => event.id === last.id));
      expect(ids(collected.events)).toEqual(wanted);
    });

    it('delivers what is there and what comes later, in order', async () => {
      const next = chainOf('s1');
      await log.append(topic, [next(), next()]);
      const collected = new Collected();
      subscriptions.push(await log.subscribe({ topic, start, deliver: collected.deliver, batchEventsMax: 1 }));
      await collected.until((seen) => seen.length === 2);
      await log.append(topic, [next()]);
      await collected.until((seen) => seen.length === 3);
      expect(collected.events.map(({ event }) => event.sequence)).toEqual([1, 2, 3]);
    });

    it('goes on from a checkpoint', async () => {
      const next = chainOf('s1');
      const { partition, offset } = await log.append(topic, [next(), next()]);
      const later = next();
      await log.append(topic, [later]);
      const collected = new Collected();
      const checkpoint = async (of: number): Promise<number> => (of === partition ? offset + 1 : 0);
      subscriptions.push(await log.subscribe({ topic, start: checkpoint, deliver: collected.deliver }));
      await collected.until((seen) => seen.length > 0);
      expect(ids(collected.events)).toEqual([later.id]);
    });

    it('gives a batch again when its delivery failed, and nothing after it before', async () => {
      const next = chainOf('s1');
      await log.append(topic, [next(), next()]);
      const failures: unknown[] = [];
      const given: (number | undefined)[] = [];
      const collected = new Collected();
      subscriptions.push(
        await log.subscribe({
          topic,
          start,
          batchEventsMax: 1,
          retryMaxMillis: 20,
          onError: (error) => failures.push(error),
          deliver: async (batch) => {
            given.push(batch[0]?.event.sequence);
            if (given.length <= 2) throw new Error('not now');
            await collected.deliver(batch);
          },
        }),
      );
      await collected.until((seen) => seen.length === 2);
      expect(given).toEqual([1, 1, 1, 2]);
      expect(failures).toHaveLength(2);
    });

    it('gives each event to one of a group', async () => {
      const collected = new Collected();
      for (const _ of [1, 2])
        subscriptions.push(await log.subscribe({ topic, group: 'g', start, deliver: collected.deliver }));
      const next = chainOf('s1');
      const events = [next(), next(), next()];
      await log.append(topic, events);
      await collected.until((seen) => seen.length >= 3);
      expect(ids(collected.events)).toEqual(events.map(({ id }) => id));
    });

    it('gives the next of a group its turn when the one before has left', async () => {
      const [first, second] = [new Collected(), new Collected()];
      const next = chainOf('s1');
      const leaving = await log.subscribe({ topic, group: 'g', start, deliver: first.deliver });
      const { partition, offset } = await log.append(topic, [next()]);
      await first.until((seen) => seen.length === 1);
      const checkpoint = async (of: number): Promise<number> => (of === partition ? offset + 1 : 0);
      subscriptions.push(await log.subscribe({ topic, group: 'g', start: checkpoint, deliver: second.deliver }));
      await leaving.close();
      const later = next();
      await log.append(topic, [later]);
      await second.until((seen) => seen.length === 1);
      expect(ids(second.events)).toEqual([later.id]);
    });

    it('refuses an event that is too big, and takes the next', async () => {
      const next = chainOf('s1');
      await expect(log.append(topic, [chainOf('s2')(eventBytesMax + 1)])).rejects.toMatchObject({
        code: 'invalid_argument',
      });
      await log.append(topic, [next()]);
      expect(await everything(log)).toHaveLength(1);
    });

    it('refuses more when too much waits already, and loses nothing of what it took', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 200 }, (_, index) => log.append(topic, [chainOf(`s${index}`)(800 * 1024)])),
      );
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.every(({ reason }) => (reason as { code: string }).code === 'resource_exhausted')).toBe(true);
      expect(await everything(log)).toHaveLength(results.length - refused.length);
    });
  });
}
