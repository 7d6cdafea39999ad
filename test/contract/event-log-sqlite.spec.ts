import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { eventLogContract } from '@inland/event-log/contract';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { SessionChain, StreamKind } from '@inland/events';

eventLogContract('SqliteEventLog', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inland-log-'));
  let log = await SqliteEventLog.open({ folder });
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await SqliteEventLog.open({ folder });
      return log;
    },
    dispose: async () => {
      await log.close();
      await rm(folder, { recursive: true });
    },
  };
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('SqliteEventLog', () => {
  it('lets no second one open the same folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-log-'));
    const log = await SqliteEventLog.open({ folder });
    await expect(SqliteEventLog.open({ folder })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('in use by another Inland'),
    });
    await log.close();
    await rm(folder, { recursive: true });
  });

  it('refuses appends when it is full, says so, and keeps what it acknowledged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-log-'));
    const log = await SqliteEventLog.open({ folder, maxBytes: 512 * 1024 });
    const chain = new SessionChain({ session: 's', source: '/test' });
    let kept = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        const event = chain.next('OutputRecorded', {
          command: 1,
          stream: StreamKind.OUTPUT,
          data: new Uint8Array(32_768),
        });
        await log.append('inland.session.v1', [event]);
        kept += 1;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'log_unavailable' });
    expect(kept).toBeGreaterThan(3);
    expect(await log.health()).toMatchObject({ ok: false, reason: expect.stringContaining('full') });
    let read = 0;
    for await (const _ of log.read({ topic: 'inland.session.v1', partition: 0, from: 0 })) read += 1;
    expect(read).toBe(kept);
    await log.close();
    await rm(folder, { recursive: true });
  });

  it('keeps of one session no later event when it had no room for an earlier one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-log-'));
    const log = await SqliteEventLog.open({ folder, maxBytes: 2 * 1024 * 1024 });
    const chain = new SessionChain({ session: 's', source: '/test' });
    const append = (bytes: number): Promise<unknown> =>
      log.append('inland.session.v1', [
        chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: new Uint8Array(bytes) }),
      ]);
    // So many at once are divided over two commits: 1.25 MiB, then a few bytes, for which there is room each time.
    const wave = (): Promise<unknown>[] => Array.from({ length: 80 }, (_, index) => append(index < 40 ? 32_768 : 10));
    await Promise.all(wave());
    const second = await Promise.allSettled(wave());
    expect(new Set(second.map(({ status }) => status))).toEqual(new Set(['rejected']));
    const sequence: (number | undefined)[] = [];
    for await (const { event } of log.read({ topic: 'inland.session.v1', partition: 0, from: 0 }))
      sequence.push(event.sequence);
    expect(sequence).toEqual(upTo(80));
    await append(10); // there was room
    await log.close();
    await rm(folder, { recursive: true });
  });

  it('finds the events of a key in its index and after it, page by page', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-log-'));
    let log = await SqliteEventLog.open({ folder });
    const chains = Array.from({ length: 4 }, (_, index) => new SessionChain({ session: `s${index}`, source: '/test' }));
    const append = (rounds: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: rounds }, () =>
          log.append(
            'inland.session.v1',
            chains.map((chain) => chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT })),
          ),
        ),
      );
    const sequenceOf = async (key: string, from = 0, to?: number): Promise<(number | undefined)[]> => {
      const sequence: (number | undefined)[] = [];
      const range = {
        topic: 'inland.session.v1',
        partition: 0,
        from,
        key,
        ...(to === undefined ? {} : { to }),
      } as const;
      for await (const { event } of log.read(range)) sequence.push(event.sequence);
      return sequence;
    };

    await append(1_100); // 4,400 events: these go into the index
    await append(300); // and these do not yet
    for (const key of ['s0', 's3']) expect(await sequenceOf(key)).toEqual(upTo(1_400));
    expect(await sequenceOf('s1', 4 * 1_000 + 1, 4 * 1_200 + 1)).toEqual(upTo(1_200).slice(1_000));
    expect(await sequenceOf('nobody')).toEqual([]);
    await log.close();

    const database = new DatabaseSync(join(folder, 'events.db'));
    const { indexed } = database.prepare('SELECT count(*) AS indexed FROM "key inland.session.v1"').get() as {
      readonly indexed: number;
    };
    database.close();
    expect(indexed).toBeGreaterThanOrEqual(4_096); // else nothing above has used it
    expect(indexed).toBeLessThan(5_600);
    log = await SqliteEventLog.open({ folder });
    await append(1_000);
    expect(await sequenceOf('s2')).toEqual(upTo(2_400));
    await log.close();
    await rm(folder, { recursive: true });
  });

  it('refuses a file of another form, and leaves it as it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-log-'));
    const database = new DatabaseSync(join(folder, 'events.db'));
    database.exec('CREATE TABLE event (place INTEGER PRIMARY KEY); INSERT INTO event VALUES (7)');
    await expect(SqliteEventLog.open({ folder })).rejects.toMatchObject({ code: 'misconfigured' });
    database.exec('PRAGMA user_version = 3');
    await expect(SqliteEventLog.open({ folder })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('form 3'),
    });
    expect(database.prepare('SELECT * FROM event').all()).toEqual([expect.objectContaining({ place: 7 })]);
    database.close();
    await rm(folder, { recursive: true });
  });
});
