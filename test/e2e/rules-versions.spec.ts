import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { applyYaml } from './world/resources.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
}, 120_000);
afterAll(() => world?.stop(), 60_000);

const policy = (within: string[], more: object = {}): object => ({
  apiVersion: 'inland/v1',
  kind: 'ResidencyPolicy',
  metadata: { name: 'e2e-versions' },
  spec: { covers: { targets: ['orders-eu'] }, require: { client: { within } }, ...more },
});
const mayConnect = async (): Promise<boolean> =>
  (await alice.psql('app@orders-eu', ['-At', '-c', 'SELECT 1'])).status === 0;
interface Version {
  readonly version: number;
  readonly actor: string;
  readonly reason: string;
  readonly rolledBackTo?: number;
}

describe('the rules', () => {
  it('are versions, with who made them and why, and can go back to any', async () => {
    const [last] = await olga.json<Version[]>('policy', 'history');
    await applyYaml(olga, world.folder, [policy(['CH'])], '--reason', 'Swiss only, ticket 41');
    expect(await mayConnect()).toBe(false);
    const [newest] = await olga.json<Version[]>('policy', 'history');
    expect(newest).toMatchObject({
      version: (last?.version ?? 0) + 1,
      actor: 'olga',
      reason: 'Swiss only, ticket 41',
      resources: [{ kind: 'ResidencyPolicy', name: 'e2e-versions', how: 'applied' }],
    });
    const shown = await olga.inland('policy', 'history', String(newest?.version));
    expect(shown.stdout).toMatch(/\+ ResidencyPolicy\/e2e-versions\n[^]*CH/);

    const back = await olga.inland('policy', 'rollback', String(last?.version), '--reason', 'that was a mistake');
    expect(back.stdout).toContain('ResidencyPolicy/e2e-versions deleted');
    expect(await mayConnect()).toBe(true);
    expect((await olga.json<Version[]>('policy', 'history'))[0]).toMatchObject({
      rolledBackTo: last?.version,
      reason: 'that was a mistake',
    });
    expect((await olga.inland('policy', 'rollback', '9999', '--reason', 'x')).stderr).toContain('no version 9999');
  });

  it('can only audit at first: nothing is refused, and the record has what would be', async () => {
    await applyYaml(olga, world.folder, [policy(['CH'], { enforce: 'audit' })]);
    expect(await mayConnect()).toBe(true);
    const [session] = await olga.json<{ id: string }[]>('sessions', '--target', 'orders-eu');
    const shown = await olga.inland('show', session?.id ?? '');
    expect(shown.stdout).toContain('audited    residency_client_outside by ResidencyPolicy/e2e-versions');
    const explained = await olga.inland('explain', '--as', 'alice', '--to', 'orders-eu');
    expect(explained.stdout).toContain('a rule that only audits would refuse it');
  });

  it('have exceptions that the record names', async () => {
    const exceptions = [
      {
        name: 'support-desk',
        parts: ['client'],
        within: ['DE'],
        for: { people: ['alice'] },
        legalBasis: 'standard contractual clauses of 2026-02-01',
        approver: 'dpo@example.com',
        until: '2099-12-31',
      },
    ];
    await applyYaml(olga, world.folder, [policy(['CH'], { exceptions })]);
    expect(await mayConnect()).toBe(true);
    const [session] = await olga.json<{ id: string }[]>('sessions', '--target', 'orders-eu');
    const shown = await olga.inland('show', session?.id ?? '');
    expect(shown.stdout).toContain('exceptions e2e-versions#support-desk');
  });
});

describe('a decision', () => {
  it('is explained as a tree, with the line of the rule and what would turn it', async () => {
    await applyYaml(olga, world.folder, [policy(['CH'])]);
    const refused = await olga.inland('explain', '--as', 'alice', '--from', 'DE', '--to', 'orders-eu');
    expect(refused.status).toBe(3);
    expect(refused.stdout).toMatch(/✗ client DE is within CH {2}\[residency_client_outside · \S+:\d+\]/);
    expect(refused.stdout).toContain('- an exception of ResidencyPolicy/e2e-versions for the client in DE');
    const abroad = await olga.inland('explain', '--as', 'alice', '--from', 'US', '--to', 'build-eu');
    expect(abroad.stdout).toContain('- connect from DE');
    const allowed = await olga.inland('explain', '--as', 'alice', '--from', 'CH', '--to', 'orders-eu');
    expect([allowed.status, allowed.stdout]).toEqual([3, expect.stringContaining('EEA')]); // another rule keeps it there
  });

  it('of the record is explained by the rules of then', async () => {
    expect(await mayConnect()).toBe(false);
    const [session] = await olga.json<{ id: string }[]>('sessions', '--target', 'orders-eu');
    await olga.inland('delete', 'residencypolicy', 'e2e-versions', '--reason', 'no longer');
    expect(await mayConnect()).toBe(true);
    const explained = await olga.inland('explain', '--session', session?.id ?? '');
    expect([explained.status, explained.stderr]).toEqual([3, '']);
    expect(explained.stdout).toContain('✗ client DE is within CH');
  });
});

describe('looking at what was recorded', () => {
  it('is decided by the rules, from where the viewer is', async () => {
    const [session] = await olga.json<{ id: string }[]>('sessions', '--target', 'orders-eu', '--outcome', 'allowed');
    expect((await olga.inland('replay', session?.id ?? '')).status).toBe(0);
    const viewers = { require: { viewer: { within: ['FR'] } } };
    await applyYaml(olga, world.folder, [policy(['EEA'], viewers)]);
    const refused = await olga.inland('replay', session?.id ?? '');
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('residency_viewer_outside')]);
    expect((await olga.inland('show', session?.id ?? '')).stderr).toContain('residency_viewer_outside');
    expect((await olga.inland('verify', session?.id ?? '')).status).toBe(0);
  });
});
