import type { ResourceOf } from './resources/resource.ts';
import { resourceNamed, resourcesOf, type World } from './world.ts';

type Flags = Readonly<Record<string, true>>;

/** Places as the Rego looks them up: any of the countries, or one of these regions. */
interface Places {
  readonly countries: Flags;
  readonly regions: Flags;
}

interface TargetData {
  readonly region: string;
  readonly protocol: string;
  readonly policies: readonly string[];
  readonly grants: readonly string[];
  readonly mask: readonly string[];
}

interface RuleData {
  readonly groups?: Flags;
  readonly require: Readonly<Partial<Record<'client' | 'gateway' | 'target' | 'record' | 'destination', Places>>>;
  readonly forbid: readonly {
    readonly operations: Flags;
    readonly matching?: string;
    readonly unless?: string;
    readonly because: string;
  }[];
  readonly mask: readonly string[];
  readonly strict: boolean;
  readonly maxSessionSeconds: number;
  readonly maxIdleSeconds: number;
}

interface GrantData {
  readonly groups: Flags;
  readonly people: Flags;
  readonly logins: Flags;
  readonly operations: Flags;
}

/** What the policy engine decides on: the world, with everything looked up that does not depend on who asks. */
export interface PolicyData {
  readonly regions: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, TargetData>>;
  readonly policies: Readonly<Record<string, RuleData>>;
  readonly grants: Readonly<Record<string, GrantData>>;
}

/** Prepares a world for the engine. Equal worlds give equal data, in whatever order their resources came. */
export function policyData(world: World): PolicyData {
  const policies = resourcesOf(world, 'ResidencyPolicy');
  const grants = resourcesOf(world, 'AccessGrant');
  const masking = resourcesOf(world, 'MaskingRule');
  const placesOf = placesIn(world);
  return {
    regions: Object.fromEntries(
      resourcesOf(world, 'Region').map(({ metadata, spec }) => [metadata.name, spec.country]),
    ),
    targets: Object.fromEntries(
      resourcesOf(world, 'Target').map((target) => [
        target.metadata.name,
        {
          region: target.spec.region,
          protocol: target.spec.protocol,
          ...rulesAbout(target, policies, grants),
          mask: sorted(
            masking.filter(({ spec }) => selects(spec.targets, target, true)).flatMap(({ spec }) => spec.detect),
          ),
        },
      ]),
    ),
    policies: Object.fromEntries(
      policies.map(({ metadata, spec }) => [
        metadata.name,
        {
          ...(spec.covers.groups === undefined ? {} : { groups: flags(spec.covers.groups) }),
          require: Object.fromEntries(
            Object.entries(spec.require)
              .filter(([, place]) => place !== undefined)
              .map(([part, place]) => [part, placesOf(place?.within ?? [])]),
          ),
          forbid: spec.forbid.map(({ operations, matching, unless, because }) => ({
            operations: flags(operations),
            ...(matching === undefined ? {} : { matching }),
            ...(unless === undefined ? {} : { unless }),
            because,
          })),
          mask: sorted(spec.obligations.mask),
          strict: spec.obligations.record === 'strict',
          maxSessionSeconds: spec.obligations.maxSessionSeconds,
          maxIdleSeconds: spec.obligations.maxIdleSeconds,
        },
      ]),
    ),
    grants: Object.fromEntries(
      grants.map(({ metadata, spec }) => [
        metadata.name,
        {
          groups: flags(spec.subjects.groups),
          people: flags(spec.subjects.people),
          logins: flags(spec.logins),
          operations: flags(spec.operations),
        },
      ]),
    ),
  };
}

/** Names of the rules that are about a target, for whatever person. Undefined when there is no such target. */
export function rulesOf(world: World, target: string): ReturnType<typeof rulesAbout> | undefined {
  const found = resourceNamed(world, 'Target', target);
  if (found === undefined) return undefined;
  return rulesAbout(found, resourcesOf(world, 'ResidencyPolicy'), resourcesOf(world, 'AccessGrant'));
}

function rulesAbout(
  target: ResourceOf<'Target'>,
  policies: readonly ResourceOf<'ResidencyPolicy'>[],
  grants: readonly ResourceOf<'AccessGrant'>[],
): { readonly policies: readonly string[]; readonly grants: readonly string[] } {
  return {
    policies: policies.filter((policy) => covers(policy, target)).map(({ metadata }) => metadata.name),
    grants: grants.filter(({ spec }) => selects(spec.targets, target)).map(({ metadata }) => metadata.name),
  };
}

const flags = (names: readonly string[]): Flags =>
  Object.fromEntries(sorted(names).map((name) => [name, true as const]));
const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();

function hasLabels(target: ResourceOf<'Target'>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([key, value]) => target.metadata.labels[key] === value);
}

/** Whether a rule is about a target: every part of `covers` that is given matches. Groups are left to the engine. */
function covers({ spec }: ResourceOf<'ResidencyPolicy'>, target: ResourceOf<'Target'>): boolean {
  const { dataClasses, targetLabels, targets } = spec.covers;
  return (
    (dataClasses === undefined || dataClasses.some((name) => target.spec.dataClasses.includes(name))) &&
    (targetLabels === undefined || hasLabels(target, targetLabels)) &&
    (targets === undefined || targets.includes(target.metadata.name))
  );
}

interface Selector {
  readonly names?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** By name or by labels; an empty selector selects nothing, or everything where the kind says so. */
function selects({ names, labels }: Selector, target: ResourceOf<'Target'>, whenEmpty = false): boolean {
  if (names === undefined && labels === undefined) return whenEmpty;
  return (names?.includes(target.metadata.name) ?? false) || (labels !== undefined && hasLabels(target, labels));
}

/** Resolves names of jurisdictions (with all they include), regions and countries. A name that is none stands for nowhere. */
function placesIn(world: World): (names: readonly string[]) => Places {
  const jurisdictions = new Map(resourcesOf(world, 'Jurisdiction').map(({ metadata, spec }) => [metadata.name, spec]));
  const regions = new Set(resourcesOf(world, 'Region').map(({ metadata }) => metadata.name));
  const countriesOf = (name: string, seen: Set<string>): string[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    const jurisdiction = jurisdictions.get(name);
    if (jurisdiction === undefined) return /^[A-Z]{2}$/.test(name) ? [name] : [];
    return [...jurisdiction.countries, ...jurisdiction.includes.flatMap((included) => countriesOf(included, seen))];
  };
  return (names) => ({
    countries: flags(names.flatMap((name) => countriesOf(name, new Set()))),
    regions: flags(names.filter((name) => regions.has(name))),
  });
}
