import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventLog } from '@inland/event-log-sqlite';

const topic = 'inland.session.v1';
const rounds = 4;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-kill9-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Lets a process of its own append, kills it after so many acknowledgements, and gives those it had told of. */
async function appendAndKill(count: number, acknowledged: Map<string, string[]>): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'append-until-killed.mjs'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [session = '', id = ''] = line.split(' ');
    if (id.length < 36) continue; // cut off in the middle
    const known = acknowledged.get(session);
    if (known === undefined) acknowledged.set(session, [id]);
    else known.push(id);
    told += 1;
    if (told === count) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
}

describe('an embedded log whose process is killed in mid-append', () => {
  it('has every event that was acknowledged, once and in order, and takes more', async () => {
    const acknowledged = new Map<string, string[]>();
    // Each process opens what the one before it left.
    for (let round = 0; round < rounds; round += 1) await appendAndKill(1_500 + 333 * round, acknowledged);

    const log = await SqliteEventLog.open({ folder });
    const kept = new Map<string, { readonly id: string; readonly sequence: number | undefined }[]>();
    for await (const { event } of log.read({ topic, partition: 0, from: 0 })) {
      const known = kept.get(event.key);
      const found = { id: event.id, sequence: event.sequence };
      if (known === undefined) kept.set(event.key, [found]);
      else known.push(found);
    }
    await log.close();

    expect(acknowledged.size).toBe(rounds * 32);
    for (const [session, ids] of acknowledged) {
      const found = kept.get(session) ?? [];
      // One more than was told of may have become durable: the process died before it could say so.
      expect(found.slice(0, ids.length).map(({ id }) => id)).toEqual(ids);
      expect(found.length - ids.length).toBeLessThanOrEqual(1);
      expect(found.map(({ sequence }) => sequence)).toEqual(found.map((_, index) => index + 1));
    }
  }, 120_000);
});
