import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let olga: Clients;

beforeAll(async () => {
  world = await startWorld();
  olga = new Clients(world, 'olga');
}, 120_000);
afterAll(() => world?.stop(), 60_000);

describe('the rules that are in force', () => {
  it('are shown as who would reach what', async () => {
    const shown = await olga.inland('policy', 'matrix', '--from', 'DE', '--json');
    const { groups, targets, cells } = JSON.parse(shown.stdout) as {
      readonly groups: string[];
      readonly targets: { readonly name: string }[];
      readonly cells: { readonly outcome: string; readonly code: string }[][];
    };
    const cell = (group: string, target: string) =>
      cells[groups.indexOf(group)]?.[targets.findIndex(({ name }) => name === target)];
    expect(cell('developers', 'orders-eu')).toMatchObject({ outcome: 'obliged', code: 'allowed' });
    expect(cell('developers', 'orders-us')).toMatchObject({ outcome: 'denied', code: 'residency_target_outside' });
  });

  it('are looked through for what cannot be meant', async () => {
    const { status, stdout } = await olga.inland('policy', 'lint', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ level: 'warning', code: 'target_outside', resource: 'Target/orders-us' }),
    );
  });

  it('are compared with others, over what was recorded', async () => {
    const alice = new Clients(world, 'alice');
    expect((await alice.psql('app@orders-eu', ['-c', 'SELECT 1'])).status).toBe(0);
    const [session] = await olga.json<{ id: string }[]>('sessions', '--target', 'orders-eu');
    const file = join(world.folder, 'stricter.yaml');
    const policy = {
      apiVersion: 'inland/v1',
      kind: 'ResidencyPolicy',
      metadata: { name: 'stricter' },
      spec: { covers: { targets: ['orders-eu'] }, require: { client: { within: ['CH'] } } },
    };
    await writeFile(file, JSON.stringify(policy));
    const { status, stdout } = await olga.inland('policy', 'what-if', '-f', file, '--since', '1h', '--json');
    expect(status).toBe(5);
    const { refusedNow, allowedNow } = JSON.parse(stdout);
    expect(refusedNow).toMatchObject({
      decisions: 2,
      people: [['alice', 2]],
      targets: [['orders-eu', 2]],
      sessions: 1,
    });
    expect(refusedNow.examples[0]).toMatchObject({
      session: session?.id,
      code: 'residency_client_outside',
      rule: 'ResidencyPolicy/stricter',
    });
    expect(allowedNow.decisions).toBe(0);
    const shown = await olga.inland('policy', 'what-if', '-f', file, '--since', '1h');
    expect(shown.stdout).toMatch(/^2 refused now, in 1 sessions, of alice \(2\), at orders-eu \(2\)$/m);
    expect((await alice.inland('policy', 'what-if', '-f', file)).status).toBe(3);
  });
});
