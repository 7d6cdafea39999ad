import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { controlEvents, type ControlEvent, type ControlEventName } from '@inland/events';
import * as fc from 'fast-check';
import {
  canonicalJson,
  diffResources,
  emptyWorld,
  evolveWorld,
  parseResources,
  policyData,
  resourceNamed,
  rulesOf,
  type Resource,
  type World,
} from './index.ts';

const event = (name: ControlEventName, data: object): ControlEvent =>
  ({ name, data: create(controlEvents[name], data as never) }) as unknown as ControlEvent;
const applied = (resource: Resource, generation = 1): ControlEvent =>
  event('ResourceApplied', {
    kind: resource.kind,
    name: resource.metadata.name,
    generation: BigInt(generation),
    resourceJson: canonicalJson(resource),
  });
const worldOf = (resources: readonly Resource[]): World =>
  resources.map((one) => applied(one)).reduce(evolveWorld, emptyWorld);
const yaml = (kind: string, name: string, spec: string, labels = '{}'): string =>
  `apiVersion: inland/v1\nkind: ${kind}\nmetadata: { name: '${name}', labels: ${labels} }\nspec: ${spec}\n`;
const logins = 'logins: [{ name: app, secret: a }]';
const resources = parseResources(
  [
    yaml('Region', 'here', '{ country: DE }'),
    yaml('Jurisdiction', 'EU', '{ countries: [DE, FR] }'),
    yaml('Jurisdiction', 'EEA', '{ countries: [NO], includes: [EU, EEA] }'),
    yaml(
      'Target',
      'db',
      `{ protocol: postgres, address: 'h:1', region: here, dataClasses: [personal], ${logins} }`,
      '{ team: a }',
    ),
    yaml('Target', 'box', `{ protocol: ssh, address: 'h:1', region: here, dataClasses: [none], ${logins} }`),
    yaml(
      'ResidencyPolicy',
      'personal',
      '{ covers: { dataClasses: [personal] }, require: { target: { within: [EEA, here, nowhere] } } }',
    ),
    yaml('ResidencyPolicy', 'team-a', '{ covers: { targetLabels: { team: a }, dataClasses: [personal, health] } }'),
    yaml('ResidencyPolicy', 'all', '{ covers: {} }'),
    yaml(
      'AccessGrant',
      'g',
      '{ subjects: { people: [alice] }, targets: { labels: { team: a } }, logins: [app], operations: [connect] }',
    ),
    yaml('AccessGrant', 'nobody', '{ subjects: {}, targets: {}, logins: [app], operations: [connect] }'),
    yaml('MaskingRule', 'm', '{ detect: [iban, email] }'),
    yaml('MaskingRule', 'n', '{ detect: [email, card], targets: { names: [db] } }'),
  ].join('---\n'),
  'world',
);

describe('the world', () => {
  it('is what was applied last and not deleted', () => {
    const world = worldOf(resources);
    expect(resourceNamed(world, 'Region', 'here')?.spec.country).toBe('DE');
    const without = evolveWorld(world, event('ResourceDeleted', { kind: 'Region', name: 'here' }));
    expect(resourceNamed(without, 'Region', 'here')).toBeUndefined();
    expect(evolveWorld(world, event('PrincipalRemoved', { subject: 'x' }))).toBe(world);
  });
  it('knows which rules are about a target', () => {
    const world = worldOf(resources);
    expect(rulesOf(world, 'db')).toEqual({ policies: ['all', 'personal', 'team-a'], grants: ['g'] });
    expect(rulesOf(world, 'box')).toEqual({ policies: ['all'], grants: [] });
    expect(rulesOf(world, 'x')).toBeUndefined();
  });
  it('resolves places, with what jurisdictions include; a circle ends, an unknown name is nowhere', () => {
    expect(policyData(worldOf(resources)).policies['personal']?.require.target).toEqual({
      countries: { DE: true, FR: true, NO: true },
      regions: { here: true },
    });
  });
  it('adds up masking rules by target', () => {
    const { targets } = policyData(worldOf(resources));
    expect(targets['db']?.mask).toEqual(['card', 'email', 'iban']);
    expect(targets['box']?.mask).toEqual(['email', 'iban']);
  });
  it('gives the engine the same data in whatever order resources came', () => {
    const expected = canonicalJson(policyData(worldOf(resources)));
    fc.assert(
      fc.property(fc.shuffledSubarray(resources, { minLength: resources.length }), (shuffled) => {
        expect(canonicalJson(policyData(worldOf(shuffled)))).toBe(expected);
      }),
    );
  });
});

describe('what applying would change', () => {
  const [region] = resources as [Resource];
  it('is nothing for what is so already, whatever the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(region).toReversed()) as unknown as Resource;
    expect(diffResources(worldOf(resources), [turned])).toMatchObject([{ change: 'unchanged', generation: 1 }]);
  });
  it('is named with before and after', () => {
    const changed = { ...region, spec: { country: 'FR' } } as Resource;
    expect(diffResources(worldOf([region]), [changed])).toEqual([
      { kind: 'Region', name: 'here', change: 'changed', before: region, after: changed, generation: 2 },
    ]);
    expect(diffResources(emptyWorld, [region])).toMatchObject([{ change: 'created', before: null, generation: 1 }]);
  });
});

describe('canonical JSON', () => {
  it('reads back as the same value and has one form', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
