import { policyData, resourcesOf, type World } from '@inland/residency';
import type { LintFinding } from './lint-finding.ts';

/** Grants and masking rules that give nothing. */
export function lintGrants(world: World): LintFinding[] {
  const { targets } = policyData(world);
  const grants = resourcesOf(world, 'AccessGrant');
  const logins = new Map(
    resourcesOf(world, 'Target').map(({ metadata, spec }) => [metadata.name, spec.logins.map(({ name }) => name)]),
  );
  const selected = (name: string): string[] =>
    Object.entries(targets)
      .filter(([, { grants: about }]) => about.includes(name))
      .map(([target]) => target);
  const findings: LintFinding[] = [];
  for (const { metadata, spec } of grants) {
    const resource = `AccessGrant/${metadata.name}`;
    const find = (code: LintFinding['code'], message: string): void =>
      void findings.push({ level: 'warning', code, resource, message });
    const all = selected(metadata.name);
    if (spec.subjects.groups.length + spec.subjects.people.length === 0)
      find('grant_without_people', 'it names no group and no person, so it is for nobody.');
    if (all.length === 0) {
      find('grant_selects_nothing', 'what it selects is no target; look at its names and labels.');
      continue;
    }
    for (const login of spec.logins)
      if (!all.some((target) => logins.get(target)?.includes(login)))
        find('grant_login_unknown', `none of its targets has the login ${login}.`);
    for (const operation of spec.operations) {
      const [protocol = ''] = operation.split('.');
      if (protocol !== 'connect' && protocol !== '*' && !all.some((target) => targets[target]?.protocol === protocol))
        find('grant_operation_never', `it grants ${operation}, and none of its targets speaks ${protocol}.`);
    }
    const other = grants.find(
      (one) => one.metadata.name !== metadata.name && givesAll(one, { metadata, spec }, selected),
    );
    if (other !== undefined)
      find(
        'grant_adds_nothing',
        `AccessGrant/${other.metadata.name} gives all that it gives to all of them; delete it.`,
      );
  }
  for (const { metadata, spec } of resourcesOf(world, 'MaskingRule')) {
    const { names, labels, dataClasses } = spec.targets;
    if (names === undefined && labels === undefined && dataClasses === undefined) continue;
    const some = resourcesOf(world, 'Target').some(
      (target) =>
        names?.includes(target.metadata.name) ||
        dataClasses?.some((name) => target.spec.dataClasses.includes(name)) ||
        (labels !== undefined && Object.entries(labels).every(([key, value]) => target.metadata.labels[key] === value)),
    );
    if (!some)
      findings.push({
        level: 'warning',
        code: 'masking_selects_nothing',
        resource: `MaskingRule/${metadata.name}`,
        message: 'what it selects is no target; look at its names and labels.',
      });
  }
  return findings;
}

type Grant = Pick<ReturnType<typeof resourcesOf<'AccessGrant'>>[number], 'metadata' | 'spec'>;

/** Whether one grant gives everything that the other does. Of two that are equal, the first stays. */
function givesAll(by: Grant, grant: Grant, selected: (name: string) => readonly string[]): boolean {
  return gives(by, grant, selected) && (!gives(grant, by, selected) || by.metadata.name < grant.metadata.name);
}

function gives(by: Grant, { metadata, spec }: Grant, selected: (name: string) => readonly string[]): boolean {
  return (
    by.spec.approval === undefined &&
    by.spec.when === undefined &&
    by.spec.until === undefined &&
    by.spec.notBefore === undefined &&
    among(spec.subjects.groups, by.spec.subjects.groups) &&
    among(spec.subjects.people, by.spec.subjects.people) &&
    among(spec.logins, by.spec.logins) &&
    among(spec.operations, by.spec.operations) &&
    among(selected(metadata.name), selected(by.metadata.name))
  );
}

const among = (some: readonly string[], all: readonly string[]): boolean => some.every((one) => all.includes(one));
