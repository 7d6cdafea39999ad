import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
}, 180_000);
afterAll(() => world?.stop(), 60_000);

describe('a proxy that is killed in mid-session', () => {
  it('loses nothing durable: its session ends as aborted, with the reason, and the chain holds', async () => {
    const victim = world.replicas.length - 1;
    const psql = await alice.startPsql('app@orders-eu', ['-At'], victim);
    psql.type(`SELECT 'acknowledged ' || 41 + 1;\n`.replace('41 + 1', '(41 + 1)'));
    await psql.said('acknowledged 42');
    psql.type(`SELECT pg_sleep(600);\n`);
    const running = await sessionWhere(olga, ({ target, commands }) => target === 'orders-eu' && commands === 2);
    expect(running.endedAt).toBeNull();

    await world.killReplica(victim);
    await psql.said(/server closed the connection|connection to server was lost/);
    psql.type('\\q\n');
    await psql.end();
    if (world.kind === 'cluster') {
      // The other replica takes new people at once.
      const answer = await alice.psql('app@orders-eu', ['-Atc', 'SELECT 1'], { replica: 0 });
      expect(answer.stdout).toBe('1\n');
    } else {
      await world.revive();
    }

    const ended = await sessionWhere(olga, ({ id, endedAt }) => id === running.id && endedAt !== null, 60_000);
    expect(ended).toMatchObject({ ending: 'aborted', endReason: 'proxy_lost', subject: 'alice', commands: 2 });
    const verified = await olga.inland('verify', running.id);
    expect(verified.stdout).toMatch(/^unbroken: \d+ events, closed$/m);
    const replayed = await olga.inland('replay', running.id);
    expect(replayed.stdout).toContain('acknowledged 42');
    expect(replayed.stdout).toContain('SELECT pg_sleep(600)');
    expect(replayed.stdout).toContain('aborted: proxy_lost');
    await sessionWhere(olga, ({ id, recordingDigest }) => id === running.id && recordingDigest !== null);
  }, 150_000);
});
