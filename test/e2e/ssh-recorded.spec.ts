import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

describe('SSH that is allowed', () => {
  it('runs a command: masked, recorded, listed with who, where and why, replayed', async () => {
    const ran = await alice.ssh('deploy@build-eu', ['head -2 customers.csv; exit 4']);
    expect([ran.status, ran.stderr]).toEqual([4, '']);
    expect(ran.stdout).toMatch(/^id,name,email,card,iban\n1,Mara Lindqvist,m\*+\.\*+@\*+\.org,/);
    const session = await sessionWhere(olga, ({ target, endedAt }) => target === 'build-eu' && endedAt !== null);
    expect(session).toMatchObject({
      subject: 'alice',
      protocol: 'ssh',
      login: 'deploy',
      clientCountry: 'DE',
      gatewayRegion: 'aws:eu-central-1',
      targetRegion: 'aws:eu-central-1',
      outcome: 'allowed',
      rule: 'AccessGrant/developers-everywhere',
      ending: 'completed',
      commands: 1,
      maskedValues: 3,
    });
    const replayed = await alice.inland('replay', session.id);
    expect(replayed.stdout).toContain('$ head -2 customers.csv; exit 4\n');
    expect(replayed.stdout).toContain(ran.stdout);
    expect(replayed.stdout).toContain('── exit status 4');
    const shown = await alice.inland('show', session.id);
    expect(shown.stdout).toMatch(/1\s+ssh\.exec\s+allowed\s+exit 4\s+head -2 customers\.csv; exit 4/);
  });

  it('plays a shell back as its terminal showed it, with each line that was entered', async () => {
    const shell = olga.startSsh('deploy@build-eu', [], ['-tt']);
    await shell.said('$ ');
    shell.type('echo to""gether\r');
    await shell.said('together');
    shell.type('exit 3\r');
    expect(await shell.end()).toBe(3);
    const session = await sessionWhere(olga, ({ subject, endedAt }) => subject === 'olga' && endedAt !== null);
    const replayed = await olga.inland('replay', session.id);
    expect(replayed.stdout).toContain('echo to""gether\r\n');
    expect(replayed.stdout).toContain('together\r\n');
    const shown = await olga.inland('show', session.id);
    expect(shown.stdout).toMatch(/ssh\.line\s+allowed\s+observed, not proven\s+echo to""gether/);
    const later = await olga.inland('replay', session.id, '--at', '3600');
    expect([later.status, later.stdout]).toEqual([0, '']);
  });

  it('carries files by sftp, and the record says how many bytes they were', async () => {
    const back = join(world.folder, 'build.log.back');
    const before = new Date().toISOString();
    const ran = await alice.sftp('deploy@build-eu', `get build.log ${back}\nput ${back} copy.log\nls -l copy.log\n`);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    const bytes = (await readFile(back)).length;
    expect(ran.stdout).toMatch(new RegExp(`${bytes} .*copy\\.log`));
    const session = await sessionWhere(
      olga,
      (one) => one.subject === 'alice' && one.endedAt !== null && one.startedAt >= before,
    );
    const replayed = await olga.inland('replay', session.id);
    expect(replayed.stdout).toMatch(/── output: \d+ bytes not kept in full, SHA-256 [0-9a-f]{64}/);
  });
});
