import { Fault } from '@inland/kernel';
import {
  parseResource,
  resourceKinds,
  resourceNamed,
  type PolicyEngine,
  type Resource,
  type ResourceKind,
  type World,
} from '@inland/residency';

/** One resource takes at most so many bytes of JSON. */
export const resourceJsonBytesMax = 256 * 1024;

/** Knows which patterns can be read. */
export type PatternCheck = Pick<PolicyEngine, 'unreadablePatterns'>;

/** The resources of a request. Faults with `invalid_argument` that names every problem. */
export function validResources(values: readonly unknown[], patterns: PatternCheck): Resource[] {
  const problems: string[] = [];
  const resources = new Map<string, Resource>();
  values.forEach((value, index) => {
    const parsed = parseResource(value);
    if (parsed.kind === 'problems') {
      for (const { path, message } of parsed.problems)
        problems.push(`resources.${[index, ...path.map(String)].join('.')}: ${message}`);
      return;
    }
    const { resource } = parsed;
    const full = `${resource.kind}/${resource.metadata.name}`;
    if (resources.has(full)) problems.push(`${full} is there twice; keep one`);
    if (Buffer.byteLength(JSON.stringify(resource)) > resourceJsonBytesMax)
      problems.push(`${full} is over ${resourceJsonBytesMax} bytes`);
    problems.push(...unreadable(resource, full, patterns));
    resources.set(full, resource);
  });
  if (problems.length > 0) throw new Fault('invalid_argument', problems.join('\n'));
  return [...resources.values()];
}

function unreadable(resource: Resource, full: string, patterns: PatternCheck): string[] {
  if (resource.kind !== 'ResidencyPolicy' || resource.spec.forbid.length === 0) return [];
  const found = patterns.unreadablePatterns(
    resource.spec.forbid.flatMap(({ matching, unless }) => [matching ?? [], unless ?? []].flat()),
  );
  return found.map((pattern) => `${full}: spec.forbid: ${JSON.stringify(pattern)} is no regular expression (RE2)`);
}

/** What is to be deleted, all of which must be there. Faults with `not_found`. */
export function deletionsOf(
  wanted: readonly { readonly kind: string; readonly name: string }[],
  world: World,
): { readonly kind: ResourceKind; readonly name: string }[] {
  return wanted.map(({ kind: word, name }) => {
    const kind = resourceKinds.find((one) => one === word);
    if (kind === undefined || resourceNamed(world, kind, name) === undefined)
      throw new Fault('not_found', `there is no ${word} named ${name}`);
    return { kind, name };
  });
}
