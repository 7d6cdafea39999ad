import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

beforeAll(async () => {
  world = await startWorld({ breakableLog: true });
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
}, 180_000);
afterAll(async () => {
  await world?.mendLog();
  await world?.stop();
}, 60_000);

const refused = /Inland refused this: the record cannot be kept|record_unavailable/;

describe('while the log takes nothing', () => {
  it('running sessions stop before their next command, new ones are refused, and work resumes by itself', async () => {
    const token = await alice.token();
    const psql = await alice.startPsql('app@orders-eu', ['-At']);
    const shell = alice.startSsh('deploy@build-eu', [], ['-tt']);
    psql.type(`SELECT 'bef' || 'ore';\n`);
    shell.type(`echo be""fore\r`);
    await Promise.all([psql.said('before'), shell.said('before')]);
    const running = await sessionWhere(olga, ({ target, commands }) => target === 'orders-eu' && commands === 1);

    await world.breakLog();
    psql.type(`CREATE TABLE must_not_be (id int);\n`);
    shell.type('echo mu""st not run\r');
    await Promise.all([psql.said(refused, 60_000), shell.said(refused, 60_000)]);
    psql.type('\\q\n');
    await Promise.all([psql.end(), shell.end()]);
    expect(shell.output).not.toContain('must not run');
    const attempt = await alice.psql('app@orders-eu', ['-c', 'SELECT 1'], { token });
    expect([attempt.status, attempt.stdout]).toEqual([2, '']);
    expect(attempt.stderr).toMatch(refused);
    const command = await alice.ssh('deploy@build-eu', ['echo ran'], { millis: 60_000 });
    expect([command.status, command.stdout]).toEqual([77, '']);
    expect(command.stderr).toMatch(refused);

    await world.mendLog();
    await expect(untilItWorks(token)).resolves.toBe('');
    const ended = await sessionWhere(olga, ({ id, endedAt }) => id === running.id && endedAt !== null, 60_000);
    expect(ended).toMatchObject({ ending: 'aborted', endReason: 'record_unavailable' });
    const verified = await olga.inland('verify', running.id);
    expect(verified.stdout).toMatch(/^unbroken: \d+ events, closed$/m);
  }, 240_000);
});

/** Asks again until the answer comes: gives what `must_not_be` is, which was never made. */
async function untilItWorks(token: string): Promise<string> {
  const until = Date.now() + 60_000;
  for (;;) {
    const { status, stdout, stderr } = await alice.psql(
      'app@orders-eu',
      ['-Atc', `SELECT to_regclass('must_not_be')`],
      { token },
    );
    if (status === 0) return stdout.trim();
    if (Date.now() > until) throw new Error(`it does not work again: ${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
