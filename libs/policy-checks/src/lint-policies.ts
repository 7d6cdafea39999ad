import { policyData, resourcesOf, type PolicyData, type PolicyEngine, type World } from '@inland/residency';
import type { LintFinding } from './lint-finding.ts';
import { areasOf, overlap, within } from './places.ts';

type Rule = PolicyData['policies'][string];
type Flags = Readonly<Record<string, true>>;
type Forbidden = Rule['forbid'][number];
const parts = ['client', 'gateway', 'agent', 'target', 'record', 'viewer', 'destination'] as const;
const switches = ['readOnly', 'noFileTransfer', 'noForwarding', 'reasonRequired'] as const;
const strictness = { allow: 0, approve: 1, refuse: 2 } as const;

/** Residency policies that can never match, that others make superfluous, or that no access can satisfy. */
export function lintPolicies(world: World, engine: PolicyEngine): LintFinding[] {
  const data = policyData(world);
  const covered = targetsByPolicy(data);
  const names = resourcesOf(world, 'ResidencyPolicy').map(({ metadata }) => metadata.name);
  const findings: LintFinding[] = [];
  for (const name of names) {
    const rule = data.policies[name];
    const targets = covered.get(name) ?? new Set();
    if (rule === undefined) continue;
    const resource = `ResidencyPolicy/${name}`;
    if (targets.size === 0)
      findings.push({
        level: 'warning',
        code: 'policy_covers_nothing',
        resource,
        message: 'what it covers is no target; look at its data classes, labels and names.',
      });
    findings.push(...lintForbidden(resource, rule, targets, data, engine));
    const other = names.find((one) => one !== name && makesSuperfluous(one, name, data, covered, names));
    if (other !== undefined && targets.size > 0)
      findings.push({
        level: 'warning',
        code: 'policy_adds_nothing',
        resource,
        message: `ResidencyPolicy/${other} demands all that it demands, wherever it does; delete it, or say what it is for.`,
      });
  }
  return [...findings, ...lintDisjoint(names, data, covered)];
}

function targetsByPolicy({ targets }: PolicyData): Map<string, Set<string>> {
  const covered = new Map<string, Set<string>>();
  for (const [target, { policies }] of Object.entries(targets))
    for (const name of policies) covered.set(name, (covered.get(name) ?? new Set()).add(target));
  return covered;
}

function lintForbidden(
  resource: string,
  { forbid }: Rule,
  targets: ReadonlySet<string>,
  data: PolicyData,
  engine: PolicyEngine,
): LintFinding[] {
  const patterns = forbid.flatMap(({ matching, unless }) => [matching, unless].filter((one) => one !== undefined));
  const findings: LintFinding[] = engine.unreadablePatterns(patterns).map((pattern) => ({
    level: 'error',
    code: 'pattern_unreadable',
    resource,
    message: `${pattern} is no regular expression (RE2); what it is about is refused, or passes, always.`,
  }));
  const protocols = new Set([...targets].map((target) => data.targets[target]?.protocol));
  for (const { operations, because } of forbid) {
    const kinds = Object.keys(operations);
    const some = kinds.some((kind) => kind === '*' || protocols.has(kind.split('.')[0]));
    if (!some && targets.size > 0)
      findings.push({
        level: 'warning',
        code: 'forbid_never_matches',
        resource,
        message: `it forbids ${kinds.join(', ')} (${because}), and covers no target of that protocol.`,
      });
  }
  return findings;
}

/** Whether the rule `by` demands everything that `name` demands, of all whom that covers. Of two that are equal, the first stays. */
function makesSuperfluous(
  by: string,
  name: string,
  data: PolicyData,
  covered: ReadonlyMap<string, ReadonlySet<string>>,
  names: readonly string[],
): boolean {
  if (!demandsAll(by, name, data, covered)) return false;
  return !demandsAll(name, by, data, covered) || names.indexOf(by) < names.indexOf(name);
}

function demandsAll(
  by: string,
  name: string,
  data: PolicyData,
  covered: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const { policies } = data;
  const areas = areasOf(data);
  const [outer, inner] = [policies[by], policies[name]];
  if (outer === undefined || inner === undefined) return false;
  const everywhere = [...(covered.get(name) ?? [])].every((target) => covered.get(by)?.has(target));
  const among = (some: Flags | undefined, all: Flags | undefined): boolean =>
    Object.keys(some ?? {}).every((one) => all?.[one]);
  const forAll =
    outer.everybody === true ||
    (inner.everybody === undefined && among(inner.groups, outer.groups) && among(inner.people, outer.people));
  const enforced = outer.audit === undefined || inner.audit === true;
  const places = parts.every((part) => {
    const [wanted, strict] = [inner.require[part], outer.require[part]];
    return wanted === undefined || (strict !== undefined && within(strict, wanted, areas));
  });
  const same = new Set(outer.forbid.map(meaning));
  return (
    everywhere &&
    forAll &&
    enforced &&
    outer.exceptions === undefined && // what it lets pass, the other may not
    inner.approval === undefined &&
    switches.every((what) => outer[what] === true || inner[what] !== true) &&
    strictness[outer.unknownDestinations] >= strictness[inner.unknownDestinations] &&
    strictness[outer.unprovenCommands] >= strictness[inner.unprovenCommands] &&
    places &&
    inner.forbid.every((entry) => same.has(meaning(entry))) &&
    inner.mask.every((detector) => outer.mask.includes(detector)) &&
    (outer.strict || !inner.strict) &&
    shorter(outer.maxSessionSeconds, inner.maxSessionSeconds) &&
    shorter(outer.maxIdleSeconds, inner.maxIdleSeconds)
  );
}

/** Of two limits, of which 0 is none, the first is as short. */
const shorter = (one: number, other: number): boolean => other === 0 || (one > 0 && one <= other);

const meaning = ({ operations, matching, unless }: Forbidden): string =>
  JSON.stringify([Object.keys(operations).sort(), matching, unless]);

/** Two rules for one target that no place satisfies both. */
function lintDisjoint(
  names: readonly string[],
  data: PolicyData,
  covered: ReadonlyMap<string, ReadonlySet<string>>,
): LintFinding[] {
  const { policies } = data;
  const areas = areasOf(data);
  const findings: LintFinding[] = [];
  names.forEach((name, index) => {
    for (const other of names.slice(index + 1)) {
      const shared = [...(covered.get(name) ?? [])].filter((target) => covered.get(other)?.has(target));
      const [one, two] = [policies[name], policies[other]];
      if (shared.length === 0 || one?.everybody === undefined || two?.everybody === undefined) continue;
      if (one.audit === true || two.audit === true) continue;
      for (const part of parts) {
        const [here, there] = [one?.require[part], two?.require[part]];
        if (one.exceptions?.some((each) => each.parts[part]) || two.exceptions?.some((each) => each.parts[part]))
          continue;
        if (here !== undefined && there !== undefined && !overlap(here, there, areas))
          findings.push({
            level: 'error',
            code: 'requirements_disjoint',
            resource: `ResidencyPolicy/${name}`,
            message: `no ${part} is where it and ResidencyPolicy/${other} demand; both cover ${shared.slice(0, 3).join(', ')}${shared.length > 3 ? ` and ${shared.length - 3} more` : ''}, so every access there is refused.`,
          });
      }
    }
  });
  return findings;
}
