import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { ChainCheck } from '@inland/events';

const topic = 'inland.session.v1';
const rounds = 4;
let folder: string;

function noneIsClosed(): never {
  throw new Error('no session of this test is closed');
}

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
    const kept = new Map<string, { readonly ids: string[]; readonly chain: ChainCheck }>();
    for await (const { event } of log.read({ topic, partition: 0, from: 0 })) {
      const session = kept.get(event.key) ?? { ids: [], chain: new ChainCheck(noneIsClosed) };
      kept.set(event.key, session);
      session.ids.push(event.id);
      session.chain.add(event);
    }
    await log.close();

    expect(acknowledged.size).toBe(rounds * 32);
    for (const [session, ids] of acknowledged) {
      const found = kept.get(session);
      // One more than was told of may have become durable: the process died before it could say so.
      expect(found?.ids.slice(0, ids.length)).toEqual(ids);
      expect((found?.ids.length ?? 0) - ids.length).toBeLessThanOrEqual(1);
      expect(found?.chain.report()).toMatchObject({ events: found?.ids.length, closed: false, breaks: [] });
    }
  }, 120_000);
});
