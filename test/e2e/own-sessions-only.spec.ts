import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { sessionWhere, type Session } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
}, 180_000);
afterAll(() => world?.stop(), 60_000);

it('people see their own sessions, auditors everyone’s', async () => {
  const [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  await alice.psql('app@orders-eu', ['-c', 'SELECT 1']);
  await olga.psql('app@orders-eu', ['-c', 'SELECT 1']);
  const mine = await sessionWhere(olga, ({ subject, endedAt }) => subject === 'alice' && endedAt !== null);
  const hers = await sessionWhere(olga, ({ subject, endedAt }) => subject === 'olga' && endedAt !== null);
  expect((await alice.json<Session[]>('sessions')).map(({ id }) => id)).toEqual([mine.id]);
  for (const command of ['show', 'replay', 'verify']) {
    const refused = await alice.inland(command, hers.id);
    expect([refused.status, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain('that you may see');
  }
  const asked = await alice.inland('sessions', '--subject', 'olga');
  expect([asked.status, asked.stderr]).toEqual([3, expect.stringContaining('auditors')]);
});
