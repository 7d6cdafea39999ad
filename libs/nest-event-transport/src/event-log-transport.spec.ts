import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplicationContext, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { controlRecord, typeOf, type ControlEvent, type EventRecord } from '@inland/events';
import { Fault } from '@inland/kernel';
import { EventContext } from './event-context.ts';
import { EventLogTransport } from './event-log-transport.ts';
import { FaultFilter } from './fault-filter.ts';
import { MemoryEventLog } from './memory-event-log.spec-support.ts';

const topic = 'inland.control.v1';
const id = Symbol('test');

/** Rows and checkpoint that change together, as a database has them. */
class Table {
  rows: string[] = [];
  parked: string[] = [];
  next = 0;
  runs = 0;

  async run(step: { expected: number; next: number }, work: (tx: string[]) => Promise<void>): Promise<void> {
    this.runs += 1;
    if (step.expected !== this.next) throw new Fault('conflict', 'another was faster');
    const rows: string[] = [];
    await work(rows);
    this.rows.push(...rows);
    this.next = step.next;
  }
}

type Handle = (event: ControlEvent, rows: string[]) => Promise<void>;
let handle: Handle;

@Controller()
class Handlers {
  @EventPattern([typeOf('ResourceDeleted')], id)
  async deleted(@Payload() event: ControlEvent, @Ctx() context: EventContext<string[]>): Promise<void> {
    await handle(event, context.tx);
    context.tx.push(context.stored.event.id);
  }
}

class TestModule {}

const apps: (INestApplicationContext | INestMicroservice)[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function start(log: MemoryEventLog, table: Table): Promise<{ readonly failed: Fault[]; stop(): Promise<void> }> {
  const failed: Fault[] = [];
  const strategy = new EventLogTransport<string[]>({
    log,
    topic,
    group: 'test',
    id,
    unitOfWork: {
      checkpoint: async () => table.next,
      run: (step, work) => table.run(step, work),
      park: async (_tx, stored) => void table.parked.push(stored.event.id),
    },
    observer: { parked: () => undefined, failed: (fault) => failed.push(fault) },
    attemptsMax: 3,
    retryMaxMillis: 2,
  });
  const app = await NestFactory.createMicroservice(
    { module: TestModule, controllers: [Handlers] },
    { strategy, logger: false },
  );
  app.useGlobalFilters(new FaultFilter());
  await app.listen();
  apps.push(app);
  return { failed, stop: () => app.close() };
}

function deleted(name: string): EventRecord {
  return controlRecord('ResourceDeleted', { kind: 'Target', name, actor: 'x' }, { source: '/test', subject: name });
}

function nameOf(event: ControlEvent): string {
  return event.name === 'ResourceDeleted' ? event.data.name : '';
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !holds(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(holds()).toBe(true);
}

describe('the event log transport', () => {
  it('awaits the handler before the checkpoint moves', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    let release: () => void = () => undefined;
    let began = false;
    handle = () => {
      began = true;
      return new Promise((resolve) => (release = resolve));
    };
    await start(log, table);
    await log.append(topic, [deleted('a')]);
    await until(() => began);
    expect([table.next, table.rows]).toEqual([0, []]);
    release();
    await until(() => table.next === 1);
    expect(table.rows).toHaveLength(1);
  });

  it('applies a batch in one unit of work, and passes over what nobody handles', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    handle = async () => undefined;
    const other = controlRecord('PrincipalRemoved', { subject: 'x' }, { source: '/test', subject: 'x' });
    const events = [deleted('a'), other, deleted('b')];
    await log.append(topic, events);
    await start(log, table);
    await until(() => table.next === 3);
    expect(table.rows).toEqual([events[0]?.id, events[2]?.id]);
    expect(table.runs).toBe(1);
  });

  it('advances on success only, and tries again what failed', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    let failures = 0;
    handle = async (event) => {
      if (nameOf(event) === 'b' && failures < 2) {
        failures += 1;
        throw new Fault('internal', 'not now');
      }
    };
    const events = ['a', 'b', 'c'].map(deleted);
    await log.append(topic, events);
    const { failed } = await start(log, table);
    await until(() => table.next === 3);
    expect(table.rows).toEqual(events.map((event) => event.id));
    expect(table.parked).toEqual([]);
    expect(failed.map(({ code }) => code)).toEqual(['internal', 'internal']);
  });

  it('parks an event that keeps failing by itself, and goes on with the rest', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    const tries = new Map<string, number>();
    handle = async (event) => {
      const name = nameOf(event);
      tries.set(name, (tries.get(name) ?? 0) + 1);
      if (name === 'poison') throw new Error('cannot be applied');
    };
    const events = ['a', 'poison', 'c'].map(deleted);
    await log.append(topic, events);
    await start(log, table);
    await until(() => table.next === 3);
    expect(table.rows).toEqual([events[0]?.id, events[2]?.id]);
    expect(table.parked).toEqual([events[1]?.id]);
    expect(tries.get('poison')).toBe(4); // once with its batch, then alone as often as is allowed
  });

  it('parks nothing while a store is out of reach', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    let reachable = false;
    let tries = 0;
    handle = async () => {
      tries += 1;
      if (!reachable) throw new Fault('unavailable', 'the database is gone');
    };
    await log.append(topic, [deleted('a')]);
    await start(log, table);
    await until(() => tries > 8);
    expect([table.next, table.parked]).toEqual([0, []]);
    reachable = true;
    await until(() => table.next === 1);
    expect(table.rows).toHaveLength(1);
  });

  it('goes on from the checkpoint when another of its group was faster', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    let first = true;
    handle = async () => {
      if (!first) return;
      first = false;
      table.next = 1; // another applied the first event meanwhile
      throw new Fault('conflict', 'another was faster');
    };
    const events = ['a', 'b'].map(deleted);
    await log.append(topic, events);
    await start(log, table);
    await until(() => table.next === 2);
    expect(table.rows).toEqual([events[1]?.id]);
    expect(table.parked).toEqual([]);
  });

  it('leaves no gap when the rows were reset and are being rebuilt meanwhile', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    handle = async () => undefined;
    const events = ['a', 'b', 'c', 'd'].map(deleted);
    await log.append(topic, events.slice(0, 3));
    await start(log, table);
    await until(() => table.next === 3);
    // Another drops the rows, and has applied one event again when the next one comes.
    table.rows = [events[0]?.id ?? ''];
    table.next = 1;
    await log.append(topic, events.slice(3));
    await until(() => table.next === 4);
    expect(table.rows).toEqual(events.map((event) => event.id));
  });

  it('applies each event once over a restart', async () => {
    const [log, table] = [new MemoryEventLog(), new Table()];
    handle = async () => undefined;
    const events = ['a', 'b', 'c'].map(deleted);
    await log.append(topic, events.slice(0, 2));
    const { stop } = await start(log, table);
    await until(() => table.next === 2);
    await stop();
    await log.append(topic, events.slice(2));
    await start(log, table);
    await until(() => table.next === 3);
    expect(table.rows).toEqual(events.map((event) => event.id));
  });
});
