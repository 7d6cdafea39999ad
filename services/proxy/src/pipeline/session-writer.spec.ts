import { describe, expect, it } from '@jest/globals';
import { SessionChain, StreamKind, type EventRecord } from '@inland/events';
import { Fault } from '@inland/kernel';
import type { EventLog, Position } from '@inland/event-log';
import { lagBytesMax, SessionWriter } from './session-writer.ts';

/** A log whose appends end when the test says so. */
function heldLog() {
  const calls: {
    readonly events: readonly EventRecord[];
    readonly resolve: () => void;
    readonly reject: (e: unknown) => void;
  }[] = [];
  const log = {
    append: (_topic: string, events: readonly EventRecord[]) =>
      new Promise<Position>((resolve, reject) =>
        calls.push({ events, resolve: () => resolve({ partition: 0, offset: 0 }), reject }),
      ),
  } as unknown as EventLog;
  return { log, calls };
}

const chain = () => new SessionChain({ session: 's', source: '/test' });
const output = (from: SessionChain, bytes: number) =>
  from.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: new Uint8Array(bytes) });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('SessionWriter', () => {
  it('has one append under way and puts what comes meanwhile into the next, in order', async () => {
    const { log, calls } = heldLog();
    const writer = new SessionWriter(log);
    const events = chain();
    const first = writer.append([output(events, 1)]);
    const second = writer.append([output(events, 1)]);
    const third = writer.append([output(events, 1)]);
    expect(calls.map((call) => call.events.map((event) => event.sequence))).toEqual([[1]]);
    calls[0]?.resolve();
    await first;
    await turn();
    expect(calls.map((call) => call.events.map((event) => event.sequence))).toEqual([[1], [2, 3]]);
    calls[1]?.resolve();
    await Promise.all([second, third]);
    expect(writer.unacknowledged).toEqual([]);
  });

  it('puts what nobody waits for into one append with what somebody does', async () => {
    const { log, calls } = heldLog();
    const writer = new SessionWriter(log);
    const events = chain();
    const soon = [writer.appendSoon([output(events, 1)]), writer.appendSoon([output(events, 1)])];
    expect(calls).toEqual([]);
    const done = writer.append([output(events, 1)]);
    expect(calls.map((call) => call.events.map((event) => event.sequence))).toEqual([[1, 2, 3]]);
    calls[0]?.resolve();
    await Promise.all([...soon, done]);
  });

  it('lets nothing wait for long, nor much', async () => {
    const { log, calls } = heldLog();
    const writer = new SessionWriter(log);
    const events = chain();
    const soon = writer.appendSoon([output(events, 1)]);
    while (calls.length === 0) await turn();
    calls[0]?.resolve();
    await soon;
    const much = writer.appendSoon([output(events, lagBytesMax / 2 + 1)]);
    expect(calls.map((call) => call.events.map((event) => event.sequence))).toEqual([[1], [2]]);
    calls[1]?.resolve();
    await much;
  });

  it('appends what came while an append was under way when its time is over', async () => {
    const { log, calls } = heldLog();
    const writer = new SessionWriter(log);
    const events = chain();
    const first = writer.append([output(events, 1)]);
    const soon = writer.appendSoon([output(events, 1)]);
    calls[0]?.resolve();
    await first;
    while (calls.length < 2) await turn();
    calls[1]?.resolve();
    await soon;
    expect(writer.unacknowledged).toEqual([]);
  });

  it('has room until more than the bound is unacknowledged', async () => {
    const { log, calls } = heldLog();
    const writer = new SessionWriter(log);
    const events = chain();
    const done = writer.append([output(events, lagBytesMax - 100)]);
    let roomy = false;
    await writer.room();
    const more = writer.append([output(events, 1024)]);
    const waiting = writer.room().then(() => (roomy = true));
    await turn();
    expect(roomy).toBe(false);
    calls[0]?.resolve();
    await done;
    await waiting;
    expect(roomy).toBe(true);
    await turn();
    calls[1]?.resolve();
    await more;
  });

  it('waits when the oldest event is unacknowledged for too long', async () => {
    const { log, calls } = heldLog();
    let now = 0;
    const writer = new SessionWriter(log, { now: () => now });
    const done = writer.append([output(chain(), 1)]);
    await writer.room();
    now = 101;
    let roomy = false;
    const waiting = writer.room().then(() => (roomy = true));
    await turn();
    expect(roomy).toBe(false);
    calls[0]?.resolve();
    await done;
    await waiting;
    expect(roomy).toBe(true);
  });

  it('takes nothing more after a failure, and keeps what must be appended again', async () => {
    const { log, calls } = heldLog();
    const writer = new SessionWriter(log);
    const events = chain();
    const first = writer.append([output(events, 1)]);
    const second = writer.append([output(events, 1)]);
    calls[0]?.reject(new Fault('log_unavailable', 'gone'));
    await expect(first).rejects.toMatchObject({ code: 'log_unavailable' });
    await expect(second).rejects.toMatchObject({ code: 'log_unavailable' });
    await expect(writer.append([output(events, 1)])).rejects.toMatchObject({ code: 'log_unavailable' });
    await expect(writer.room()).rejects.toMatchObject({ code: 'log_unavailable' });
    expect(writer.unacknowledged.map((event) => event.sequence)).toEqual([1, 2]);
    expect(calls).toHaveLength(1);
  });
});
