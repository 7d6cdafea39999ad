import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { sessionWhere, type Session } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
}, 180_000);
afterAll(() => world?.stop(), 60_000);

it('projections that are dropped and rebuilt from the log have the same rows', async () => {
  const [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  await alice.psql('app@orders-eu', ['-c', 'SELECT count(*) FROM customers', '-c', 'SELECT 2']);
  await alice.psql('app@orders-us', ['-c', 'SELECT 1']);
  await sessionWhere(olga, ({ target, recordingDigest }) => target === 'orders-eu' && recordingDigest !== null);
  await sessionWhere(olga, ({ target, recordingDigest }) => target === 'orders-us' && recordingDigest !== null);
  const rows = async (): Promise<unknown[]> => {
    const sessions = await olga.json<Session[]>('sessions');
    return Promise.all(sessions.map(({ id }) => olga.json('show', id)));
  };
  const before = await rows();
  expect(before).toHaveLength(2);
  const refused = await alice.inland('audit', 'rebuild');
  expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('administrator')]);
  const rebuilt = await olga.inland('audit', 'rebuild');
  expect([rebuilt.status, rebuilt.stdout]).toEqual([0, expect.stringMatching(/^rebuilt from \d+ events$/m)]);
  expect(await rows()).toEqual(before);
});
