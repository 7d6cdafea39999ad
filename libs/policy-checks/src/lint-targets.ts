import { policyData, resourcesOf, type World } from '@inland/residency';
import type { LintFinding } from './lint-finding.ts';
import { areasOf, holds } from './places.ts';

/** Targets that nobody can reach, whatever they do. */
export function lintTargets(world: World): LintFinding[] {
  const data = policyData(world);
  const { targets, policies } = data;
  const areas = areasOf(data);
  const findings: LintFinding[] = [];
  for (const { metadata, spec } of resourcesOf(world, 'Target')) {
    const resource = `Target/${metadata.name}`;
    const about = targets[metadata.name];
    if (about === undefined) continue;
    if (about.policies.length === 0)
      findings.push({
        level: 'error',
        code: 'target_uncovered',
        resource,
        message: `no residency policy covers it, so every access is refused; its data classes are ${spec.dataClasses.join(', ')}.`,
      });
    const [country, subdivision = country] = areas(spec.region);
    for (const name of about.policies) {
      const rule = policies[name];
      if (country === undefined || rule?.everybody === undefined || rule.require.target === undefined) continue;
      if (rule.audit === true || rule.exceptions?.some(({ parts }) => parts['target'])) continue;
      if (!holds(rule.require.target, spec.region, areas))
        findings.push({
          level: 'warning',
          code: 'target_outside',
          resource,
          message: `it is in ${spec.region} (${subdivision}), where ResidencyPolicy/${name} lets its data not be, so every access is refused.`,
        });
    }
    if (about.grants.length === 0)
      findings.push({
        level: 'warning',
        code: 'target_ungranted',
        resource,
        message: 'no access grant selects it, so nobody may reach it.',
      });
  }
  return findings;
}
