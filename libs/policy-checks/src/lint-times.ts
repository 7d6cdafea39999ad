import { endOf, resourcesOf, type World } from '@inland/residency';
import type { LintFinding } from './lint-finding.ts';

/** What ends within so many days is about to end. */
const soonDays = 30;
const dayMillis = 86_400_000;

/** Exceptions and grants that have ended, or are about to. */
export function lintTimes(world: World, now: Date): LintFinding[] {
  const findings: LintFinding[] = [];
  const look = (
    resource: string,
    what: string,
    until: string,
    codes: readonly [LintFinding['code'], LintFinding['code']],
  ): void => {
    const days = Math.ceil((Date.parse(endOf(until)) - now.getTime()) / dayMillis);
    const [ended, ending] = codes;
    if (days <= 0)
      findings.push({
        level: 'warning',
        code: ended,
        resource,
        message: `${what} ended (${until}); delete it, or renew it.`,
      });
    else if (days <= soonDays)
      findings.push({
        level: 'warning',
        code: ending,
        resource,
        message: `${what} ends in ${days} days (${until}); renew it where it is still needed.`,
      });
  };
  for (const { metadata, spec } of resourcesOf(world, 'ResidencyPolicy'))
    for (const { name, until, approver } of spec.exceptions)
      look(`ResidencyPolicy/${metadata.name}`, `the exception ${name}, for which ${approver} answers,`, until, [
        'exception_ended',
        'exception_ending',
      ]);
  for (const { metadata, spec } of resourcesOf(world, 'AccessGrant'))
    if (spec.until !== undefined)
      look(`AccessGrant/${metadata.name}`, 'it', spec.until, ['grant_ended', 'grant_ending']);
  return findings;
}
