import { describe, expect, it } from '@jest/globals';
import { loadShellReader, loadSqlParser } from '@inland/statements';
import { accessInput } from '../access-input.ts';
import { engineWith, grant, sound } from '../policy-checks.spec-support.ts';
import { smallestChanges } from './smallest-change.ts';

const sqlParser = await loadSqlParser();
const shell = await loadShellReader();
const changesFor = async (rules: Parameters<typeof engineWith>[0], access: object): Promise<string[]> => {
  const engine = await engineWith(rules);
  const input = accessInput(
    engine.world,
    { to: 'orders', groups: ['developers'], from: 'DE', ...access },
    { sqlParser, shell },
  );
  return smallestChanges(engine, input).map(({ what }) => what);
};

describe('the smallest change that turns a refusal', () => {
  it('is another place of the client', async () => {
    expect(await changesFor(sound, { from: 'US' })).toEqual(['connect from DE']);
  });
  it('is another login, or another group', async () => {
    expect(await changesFor(sound, { login: 'root' })).toEqual(['use the login app']);
    expect(await changesFor(sound, { groups: [] })).toEqual(['be in the group developers']);
  });
  it('is two changes where one does not do', async () => {
    expect(await changesFor(sound, { from: 'US', groups: [] })).toEqual([
      'connect from DE, and be in the group developers',
    ]);
  });
  it('is an approval', async () => {
    const asking = { ...grant, approval: { by: ['leads'] } };
    expect(await changesFor({ ...sound, 'AccessGrant/developers': asking }, {})).toEqual([
      expect.stringContaining('inland request orders --login app'),
    ]);
    expect(await changesFor({ ...sound, 'AccessGrant/developers': asking }, { from: 'US' })).toEqual([
      expect.stringMatching(/^connect from DE, and ask for it/),
    ]);
  });
  it('is the next hour at which a grant holds', async () => {
    const mornings = { ...grant, when: [{ days: ['mon'], from: '08:00', to: '10:00', zone: 'Europe/Berlin' }] };
    const at = { time: '2026-11-22T12:00:00Z' }; // a Sunday
    expect(await changesFor({ ...sound, 'AccessGrant/developers': mornings }, at)).toEqual([
      'come at 2026-11-23T07:00Z',
    ]);
  });
  it('is none where nothing that a person can do would turn it', async () => {
    const nowhere = { ...sound, 'ResidencyPolicy/nowhere': { covers: {}, require: { target: { within: ['JP'] } } } };
    expect(await changesFor(nowhere, {})).toEqual([]);
  });
});
