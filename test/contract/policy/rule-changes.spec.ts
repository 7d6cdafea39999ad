import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resourceNamed } from '@inland/residency';
import { resource, startControlWorld, target, type ControlWorld } from './control-world.ts';

let world: ControlWorld;
beforeEach(async () => {
  world = await startControlWorld({ approvers: 1 });
});
afterEach(() => world.stop());

const by = (actor: string, reason = 'because') => ({ actor, reason, dryRun: false });
const policy = (within: string): object =>
  resource('ResidencyPolicy', 'p', { covers: {}, require: { client: { within: [within] } } });
const inForce = (): readonly string[] | undefined =>
  resourceNamed(world.view.world, 'ResidencyPolicy', 'p')?.spec.require.client?.within;

describe('a change of the rules that another must approve', () => {
  it('holds when it is approved, and not before; the version has both names', async () => {
    const { proposed = '', version } = await world.changes.change({ apply: [target, policy('DE')] }, by('olga'));
    expect([proposed, version]).toEqual([expect.stringMatching(/^c-/), undefined]);
    expect(inForce()).toBeUndefined();
    expect(world.changes.proposals()).toMatchObject([{ change: proposed, actor: 'olga', reason: 'because' }]);
    await expect(world.changes.approve(proposed, 'olga')).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await world.changes.approve(proposed, 'max')).toMatchObject({ version: 1 });
    expect(inForce()).toEqual(['DE']);
    expect(world.view.changes.versions).toMatchObject([{ change: proposed, actor: 'olga', approvers: ['max'] }]);
    expect(world.changes.proposals()).toEqual([]);
  });

  it('is not made where it is rejected, or where the rules changed under it', async () => {
    const first = await world.changes.change({ apply: [policy('DE')] }, by('olga'));
    const second = await world.changes.change({ apply: [policy('FR')] }, by('max'));
    await world.changes.approve(first.proposed ?? '', 'max');
    await expect(world.changes.approve(second.proposed ?? '', 'olga')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('ResidencyPolicy/p'),
    });
    await world.changes.reject(second.proposed ?? '', 'max', 'mine is older');
    await expect(world.changes.approve(second.proposed ?? '', 'olga')).rejects.toMatchObject({ code: 'not_found' });
    expect(inForce()).toEqual(['DE']);
  });

  it('goes back to any version, by the same way', async () => {
    for (const within of ['DE', 'FR', 'IT']) {
      const { proposed = '' } = await world.changes.change({ apply: [policy(within)] }, by('olga'));
      await world.changes.approve(proposed, 'max');
    }
    const { changes } = await world.changes.version(2);
    expect(changes).toMatchObject([
      {
        before: { spec: { require: { client: { within: ['DE'] } } } },
        after: { spec: { require: { client: { within: ['FR'] } } } },
      },
    ]);
    const back = await world.changes.rollBack(1, by('max', 'back'));
    await world.changes.approve(back.proposed ?? '', 'olga');
    expect(inForce()).toEqual(['DE']);
    expect(world.view.changes.versions.at(-1)).toMatchObject({ version: 4, rolledBackTo: 1, reason: 'back' });
    await expect(world.changes.rollBack(9, by('max'))).rejects.toMatchObject({ code: 'not_found' });
  });
});
