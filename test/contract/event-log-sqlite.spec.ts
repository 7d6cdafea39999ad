import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
});
