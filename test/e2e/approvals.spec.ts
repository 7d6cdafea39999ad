import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { applyYaml } from './world/resources.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

const rule = (name: string, spec: object): object => ({
  apiVersion: 'inland/v1',
  kind: 'ResidencyPolicy',
  metadata: { name },
  spec,
});

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  await applyYaml(olga, world.folder, [
    rule('e2e-approved', {
      covers: { targets: ['orders-eu'], people: ['alice'] },
      approval: { by: ['platform'], once: true },
    }),
    rule('e2e-exec-approved', {
      covers: { targets: ['build-eu'], people: ['alice'] },
      approval: { by: ['platform'], operations: ['ssh.exec'], ticket: true },
    }),
  ]);
}, 120_000);
afterAll(() => world?.stop(), 60_000);

const ask = async (...args: string[]): Promise<string> => (await alice.json<{ id: string }>('request', ...args)).id;

describe('what the rules let somebody else approve', () => {
  it('is refused until somebody asks for it, with the command that does', async () => {
    const refused = await alice.psql('app@orders-eu', ['-c', 'SELECT 1']);
    expect(refused.stderr).toContain('inland request orders-eu --login app --reason');
    expect(refused.stderr).toContain('approval_required');
  });

  it('waits in the terminal, and goes on when it is approved; for one session', async () => {
    const id = await ask('orders-eu', '--login', 'app', '--reason', 'look at order 12');
    const waiting = await alice.startPsql('app@orders-eu', ['-At', '-c', "SELECT 'through'"]);
    await waiting.said(`waits for the approval of request ${id}`);
    expect((await alice.inland('approve', id)).stderr).toContain('nobody approves their own request');
    const approved = await olga.inland('approve', id);
    expect(approved.stdout).toContain(`${id} is approved`);
    await waiting.said('through');
    expect(await waiting.end()).toBe(0);

    const again = await alice.psql('app@orders-eu', ['-c', 'SELECT 1']);
    expect(again.stderr).toContain('approval_required');
    expect(await olga.json('requests', id)).toMatchObject({ state: 'used', reason: 'look at order 12' });
    const session = await sessionWhere(olga, ({ target, outcome }) => target === 'orders-eu' && outcome === 'allowed');
    const shown = await olga.inland('show', session.id);
    expect(shown.stdout).toContain(id);
  });

  it('is a command too, of a session that goes on', async () => {
    const id = await ask(
      'build-eu',
      '--login',
      'deploy',
      '--op',
      'ssh.exec',
      '--reason',
      'a release',
      '--ticket',
      'OPS-7',
    );
    const waiting = alice.startSsh('deploy@build-eu', ['echo', 'released']);
    await waiting.said(`waits for the approval of request ${id}`);
    expect((await olga.inland('approve', id)).status).toBe(0);
    await waiting.said('released');
    expect(await waiting.end()).toBe(0);
  });

  it('ends when it is rejected', async () => {
    const id = await ask('orders-eu', '--login', 'app', '--reason', 'curious');
    const waiting = await alice.startPsql('app@orders-eu', ['-c', 'SELECT 1']);
    await waiting.said(id);
    expect((await olga.inland('reject', id, '--reason', 'no')).stdout).toContain(`${id} is rejected`);
    await waiting.said('approval_required');
    expect(await waiting.end()).toBe(2);
  });

  it('is a reason alone, where the rules ask for that, and nobody needs to approve it', async () => {
    await applyYaml(olga, world.folder, [
      rule('e2e-reasoned', {
        covers: { targets: ['build-eu'], people: ['olga'] },
        obligations: { reasonRequired: true },
      }),
    ]);
    const without = await olga.ssh('deploy@build-eu', ['echo', 'in']);
    expect([without.status, without.stderr]).toEqual([77, expect.stringContaining('reason_required')]);
    const stated = await olga.inland('request', 'build-eu', '--login', 'deploy', '--reason', 'patch day');
    expect(stated.stdout).toContain('no rule asks for an approval of this');
    expect((await olga.ssh('deploy@build-eu', ['echo', 'in'])).stdout).toBe('in\n');
  });

  it('does not ask for less than the rules do', async () => {
    const without = await alice.inland('request', 'build-eu', '--login', 'deploy', '--op', 'ssh.exec', '--reason', 'x');
    expect(without.stderr).toContain('ticket');
    const long = await alice.inland('request', 'orders-eu', '--login', 'app', '--reason', 'x', '--for', '2d');
    expect(long.stderr).toContain('3600 seconds at most');
  });
});
