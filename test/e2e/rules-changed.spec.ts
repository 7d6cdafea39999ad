import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { applyYaml, resourceOf } from './world/resources.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
}, 120_000);
afterAll(() => world?.stop(), 60_000);

describe('a session that the rules do not allow any more', () => {
  it('ends by itself, with the reason, and is in the record as revoked; others go on', async () => {
    const rows = await alice.startPsql('app@orders-eu', ['-At']);
    rows.type("SELECT 'first';\n");
    await rows.said('first');
    const shell = olga.startSsh('deploy@build-eu', [], ['-tt']);
    await shell.said('$ ');

    await applyYaml(olga, world.folder, [
      {
        apiVersion: 'inland/v1',
        kind: 'ResidencyPolicy',
        metadata: { name: 'e2e-from-nowhere' },
        spec: { covers: { targets: ['orders-eu'] }, require: { client: { within: ['CH'] } } },
      },
    ]);
    const session = await sessionWhere(olga, ({ target, endedAt }) => target === 'orders-eu' && endedAt !== null);
    expect(session).toMatchObject({ ending: 'aborted', endReason: 'residency_client_outside' });
    rows.type("SELECT 'second';\n"); // psql looks at what it was told when it has something to say
    await rows.said(/Inland refused this: this was allowed, and is not any more: [^\n]*DE[^\n]*CH/);
    expect(await rows.end()).toBe(2);

    shell.type('echo go""es on\r');
    await shell.said('goes on');
    shell.type('exit\r');
    expect(await shell.end()).toBe(0);
    const verified = await olga.inland('verify', session.id);
    expect(verified.stdout).toMatch(/^unbroken: \d+ events, closed$/m);
  });

  it('does not open again until the rules allow it', async () => {
    const refused = await alice.psql('app@orders-eu', ['-c', 'SELECT 1']);
    expect(refused.stderr).toContain('e2e-from-nowhere');
    expect(await resourceOf(olga, 'ResidencyPolicy', 'e2e-from-nowhere')).toBeDefined();
    expect((await olga.inland('delete', 'residencypolicy', 'e2e-from-nowhere')).status).toBe(0);
    const allowed = await alice.psql('app@orders-eu', ['-At', '-c', 'SELECT 1']);
    expect([allowed.status, allowed.stdout]).toEqual([0, '1\n']);
  });
});
