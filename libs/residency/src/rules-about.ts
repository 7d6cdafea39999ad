import type { ResourceOf } from './resources/resource.ts';
import { resourceNamed, resourcesOf, type World } from './world.ts';

/** Names of the rules that are about a target, for whatever person. Undefined when there is no such target. */
export function rulesOf(world: World, target: string): ReturnType<typeof rulesAbout> | undefined {
  const found = resourceNamed(world, 'Target', target);
  if (found === undefined) return undefined;
  return rulesAbout(found, resourcesOf(world, 'ResidencyPolicy'), resourcesOf(world, 'AccessGrant'));
}

/** Names of the rules about a target, of those that there are. */
export function rulesAbout(
  target: ResourceOf<'Target'>,
  policies: readonly ResourceOf<'ResidencyPolicy'>[],
  grants: readonly ResourceOf<'AccessGrant'>[],
): { readonly policies: readonly string[]; readonly grants: readonly string[] } {
  return {
    policies: policies.filter((policy) => covers(policy, target)).map(({ metadata }) => metadata.name),
    grants: grants.filter(({ spec }) => selects(spec.targets, target)).map(({ metadata }) => metadata.name),
  };
}

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
  readonly dataClasses?: readonly string[] | undefined;
}

/** By name, by labels or by data class; an empty selector selects nothing, or everything where the kind says so. */
export function selects(
  { names, labels, dataClasses }: Selector,
  target: ResourceOf<'Target'>,
  whenEmpty = false,
): boolean {
  if (names === undefined && labels === undefined && dataClasses === undefined) return whenEmpty;
  return (
    (names?.includes(target.metadata.name) ?? false) ||
    (labels !== undefined && hasLabels(target, labels)) ||
    (dataClasses?.some((name) => target.spec.dataClasses.includes(name)) ?? false)
  );
}
