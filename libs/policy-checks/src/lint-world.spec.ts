import { describe, expect, it } from '@jest/globals';
import { lintWorld } from './lint-world.ts';
import { eea, engineWith, grant, sound, target, type Rules } from './policy-checks.spec-support.ts';

async function lint(rules: Rules): Promise<string[]> {
  const engine = await engineWith({ ...sound, ...rules });
  return lintWorld(engine.world, engine).map(({ level, code, resource }) => `${level} ${code} ${resource}`);
}

const others = { subjects: { groups: ['others'] } };
const orders = { covers: { targets: ['orders'] } };
const granted = { 'AccessGrant/o': { ...grant, ...others, targets: { names: ['other'] } } };

const odd: readonly (readonly [string, Rules, string])[] = [
  [
    'a place that is nowhere',
    { 'ResidencyPolicy/p': { ...orders, require: { client: { within: ['EAA', 'DE'] } } } },
    'error place_unknown ResidencyPolicy/p',
  ],
  ['a country that is none', { 'Jurisdiction/j': { countries: ['QQ'] } }, 'error place_unknown Jurisdiction/j'],
  ['a jurisdiction that is none', { 'Jurisdiction/j': { includes: ['EAA'] } }, 'error include_unknown Jurisdiction/j'],
  [
    'a region that is not known',
    { 'Target/other': { ...target, region: 'aws:moon-1' }, ...granted },
    'error region_unknown Target/other',
  ],
  [
    'a destination of a region that is not known',
    { 'Destination/d': { hosts: ['example.com'], region: 'aws:moon-1' } },
    'error region_unknown Destination/d',
  ],
  [
    'a target that no rule covers',
    { 'Target/other': { ...target, dataClasses: ['health'] }, ...granted },
    'error target_uncovered Target/other',
  ],
  [
    'a target that is where it must not be',
    { 'Target/other': { ...target, region: 'aws:us-east-1' }, ...granted },
    'warning target_outside Target/other',
  ],
  ['a target that nobody is granted', { 'Target/other': target }, 'warning target_ungranted Target/other'],
  [
    'a pattern that is none',
    { 'ResidencyPolicy/p': { ...orders, forbid: [{ operations: ['postgres.query'], matching: '(', because: 'b' }] } },
    'error pattern_unreadable ResidencyPolicy/p',
  ],
  [
    'a rule that covers no target',
    { 'ResidencyPolicy/p': { covers: { dataClasses: ['health'] } } },
    'warning policy_covers_nothing ResidencyPolicy/p',
  ],
  [
    'a rule that another makes superfluous',
    { 'ResidencyPolicy/p': { ...orders, require: { client: { within: ['EEA', 'CH'] } } } },
    'warning policy_adds_nothing ResidencyPolicy/p',
  ],
  [
    'two rules that no place satisfies',
    { 'ResidencyPolicy/p': { ...orders, require: { client: { within: ['US'] } } } },
    'error requirements_disjoint ResidencyPolicy/eea',
  ],
  [
    'what is forbidden of another protocol',
    { 'ResidencyPolicy/p': { ...orders, forbid: [{ operations: ['ssh.exec'], because: 'b' }] } },
    'warning forbid_never_matches ResidencyPolicy/p',
  ],
  [
    'a grant that selects nothing',
    { 'AccessGrant/o': { ...grant, ...others, targets: { names: ['nowhere'] } } },
    'warning grant_selects_nothing AccessGrant/o',
  ],
  [
    'a grant of a login that is none',
    { 'AccessGrant/o': { ...grant, ...others, logins: ['root'] } },
    'warning grant_login_unknown AccessGrant/o',
  ],
  ['a grant for nobody', { 'AccessGrant/o': { ...grant, subjects: {} } }, 'warning grant_without_people AccessGrant/o'],
  [
    'a grant of another protocol',
    { 'AccessGrant/o': { ...grant, ...others, operations: ['ssh.*'] } },
    'warning grant_operation_never AccessGrant/o',
  ],
  [
    'a grant that another makes superfluous',
    { 'AccessGrant/o': { ...grant, operations: ['connect'] } },
    'warning grant_adds_nothing AccessGrant/o',
  ],
  [
    'masking of nothing',
    { 'MaskingRule/m': { detect: ['iban'], targets: { names: ['nowhere'] } } },
    'warning masking_selects_nothing MaskingRule/m',
  ],
];

describe('lintWorld', () => {
  it('says nothing against rules that are sound', async () => {
    expect(await lint({})).toEqual([]);
  });

  it.each(odd)('finds %s', async (_, rules, finding) => {
    expect(await lint(rules)).toEqual(expect.arrayContaining([finding]));
  });

  it.each([
    { require: { client: { within: ['DE'] } } },
    { require: { gateway: { within: ['EEA'] } } },
    { obligations: { mask: ['email', 'iban'] } },
    { obligations: { record: 'strict' } },
    { obligations: { maxSessionSeconds: 60 } },
    { obligations: { maxIdleSeconds: 60 } },
    { forbid: [{ operations: ['postgres.export'], matching: 'x', because: 'b' }] },
    { obligations: { readOnly: true } },
    { obligations: { reasonRequired: true } },
    { approval: { by: ['leads'] } },
    { require: { viewer: { within: ['EEA'] } } },
    { require: { target: { within: ['EEA'] } }, unprovenCommands: 'refuse' },
  ])('does not take for superfluous what demands more: %j', async (part) => {
    const found = await lint({ 'ResidencyPolicy/p': { ...orders, ...part } });
    expect(found).not.toContain('warning policy_adds_nothing ResidencyPolicy/p');
  });

  it('does not take a rule that only audits, or that excepts, for one that demands as much', async () => {
    const copies = (part: object) => ({ 'ResidencyPolicy/eea': { ...eea, ...part }, 'ResidencyPolicy/p': eea });
    expect(await lint(copies({ enforce: 'audit' }))).toEqual(['warning policy_adds_nothing ResidencyPolicy/eea']);
    const exceptions = [
      { name: 'x', parts: ['client'], within: ['US'], legalBasis: 'l', approver: 'a', until: '2099-01-01' },
    ];
    expect(await lint(copies({ exceptions }))).toEqual(['warning policy_adds_nothing ResidencyPolicy/eea']);
  });

  it('knows that a state lies within its country', async () => {
    const texas = {
      'Target/tx': { ...target, region: 'azure:southcentralus', dataClasses: ['state'] },
      'ResidencyPolicy/us': { covers: { targets: ['tx'] }, require: { target: { within: ['US'] } } },
      'ResidencyPolicy/state': { covers: { targets: ['tx'] }, require: { target: { within: ['US-TX'] } } },
      'AccessGrant/tx': { ...grant, ...others, targets: { names: ['tx'] } },
    };
    expect(await lint(texas)).toEqual(['warning policy_adds_nothing ResidencyPolicy/us']);
    const ohio = { ...texas, 'Target/tx': { ...target, region: 'aws:us-east-2', dataClasses: ['state'] } };
    expect(await lint(ohio)).toContain('warning target_outside Target/tx');
  });

  it('names one of two equal rules, not both', async () => {
    expect(await lint({ 'ResidencyPolicy/copy': eea })).toEqual(['warning policy_adds_nothing ResidencyPolicy/eea']);
  });
});
