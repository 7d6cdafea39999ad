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
});
