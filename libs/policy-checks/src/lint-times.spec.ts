import { describe, expect, it } from '@jest/globals';
import { eea, engineWith, grant, sound, target } from './policy-checks.spec-support.ts';
import { lintTimes } from './lint-times.ts';

const now = new Date('2026-11-24T12:00:00Z');
const exception = (until: string): object => ({
  ...eea,
  exceptions: [{ name: 'desk', parts: ['client'], within: ['US'], legalBasis: 'l', approver: 'dpo', until }],
});
const codes = async (rules: object): Promise<string[]> => {
  const { world } = await engineWith({ 'Target/orders': target, ...rules });
  return lintTimes(world, now).map(({ code, resource }) => `${code} ${resource}`);
};

describe('what ends', () => {
  it('is told of an exception a month before', async () => {
    expect(await codes({ 'ResidencyPolicy/eea': exception('2026-12-25') })).toEqual([]);
    expect(await codes({ 'ResidencyPolicy/eea': exception('2026-12-20') })).toEqual([
      'exception_ending ResidencyPolicy/eea',
    ]);
    expect(await codes({ 'ResidencyPolicy/eea': exception('2026-11-24') })).toEqual([
      'exception_ending ResidencyPolicy/eea',
    ]);
    expect(await codes({ 'ResidencyPolicy/eea': exception('2026-11-23') })).toEqual([
      'exception_ended ResidencyPolicy/eea',
    ]);
  });
  it('is told of a grant', async () => {
    expect(await codes({ 'AccessGrant/g': { ...grant, until: '2026-11-24T11:00:00Z' } })).toEqual([
      'grant_ended AccessGrant/g',
    ]);
    expect(await codes({ 'AccessGrant/g': { ...grant, until: '2026-11-25' } })).toEqual(['grant_ending AccessGrant/g']);
    expect(await codes(sound)).toEqual([]);
  });
});
