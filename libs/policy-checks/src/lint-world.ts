import type { PolicyEngine, World } from '@inland/residency';
import { lintGrants } from './lint-grants.ts';
import type { LintFinding } from './lint-finding.ts';
import { lintPlaces } from './lint-places.ts';
import { lintPolicies } from './lint-policies.ts';
import { lintTimes } from './lint-times.ts';
import { lintTargets } from './lint-targets.ts';

/** What is wrong or odd with the rules of a world, errors first, then by resource. */
export function lintWorld(world: World, engine: PolicyEngine, now: Date = new Date()): LintFinding[] {
  const findings = [
    ...lintPlaces(world),
    ...lintTargets(world),
    ...lintPolicies(world, engine),
    ...lintGrants(world),
    ...lintTimes(world, now),
  ];
  const rank = { error: 0, warning: 1 } as const;
  return findings.sort(
    (one, other) =>
      rank[one.level] - rank[other.level] ||
      one.resource.localeCompare(other.resource, 'en') ||
      one.code.localeCompare(other.code, 'en'),
  );
}
