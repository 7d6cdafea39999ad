import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { SessionChain, StreamKind, type EventRecord } from '@inland/events';

const topic = 'inland.session.v1';
const mebibyte = 1024 * 1024;
let disk: string;
let ballast: string;

/** A real file system of 8 MiB, a quarter of which something else takes until it is asked to give it back. */
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'inland-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch (error) {
    throw new Error('this test fills a real file system: it must be allowed to mount a tmpfs (run it as root)', {
      cause: error,
    });
  }
  ballast = join(disk, 'ballast');
  await writeFile(ballast, Buffer.alloc(2 * mebibyte));
});
afterEach(async () => {
  execFileSync('umount', [disk], { stdio: 'pipe' });
  await rm(disk, { recursive: true });
});

async function idsIn(log: SqliteEventLog): Promise<string[]> {
  const ids: string[] = [];
  for await (const { event } of log.read({ topic, partition: 0, from: 0 })) ids.push(event.id);
  return ids;
}

describe('an embedded log whose disk is full', () => {
  it('refuses what it cannot keep, loses nothing that it acknowledged, and goes on when there is room', async () => {
    const folder = join(disk, 'log');
    const chain = new SessionChain({ session: 's', source: '/fault' });
    const next = (): EventRecord =>
      chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: new Uint8Array(16 * 1024) });
    const log = await SqliteEventLog.open({ folder });
    const acknowledged: string[] = [];
    let refused = next();
    let fault: unknown;
    while (fault === undefined) {
      try {
        await log.append(topic, [refused]);
        acknowledged.push(refused.id);
        refused = next();
      } catch (error) {
        fault = error;
      }
    }
    expect(fault).toMatchObject({ code: 'log_unavailable', message: expect.stringContaining('disk is full') });
    expect(acknowledged.length).toBeGreaterThan(20);
    const { bavail, bsize } = await statfs(disk);
    expect(bavail * bsize).toBeLessThan(64 * 1024); // it was the disk, and no limit of ours
    expect(await log.health()).toMatchObject({ ok: false, reason: expect.stringContaining('disk is full') });
    await expect(log.append(topic, [refused])).rejects.toMatchObject({ code: 'log_unavailable' });
    expect(await idsIn(log)).toEqual(acknowledged);

    await rm(ballast);
    for (let count = 0; count < 20; count += 1) {
      await log.append(topic, [refused]); // the same event first: nobody opened the log again
      acknowledged.push(refused.id);
      refused = next();
    }
    expect(await log.health()).toEqual({ ok: true });
    expect(await idsIn(log)).toEqual(acknowledged);
    await log.close();

    const reopened = await SqliteEventLog.open({ folder });
    expect(await idsIn(reopened)).toEqual(acknowledged);
    await reopened.close();
  });
});
