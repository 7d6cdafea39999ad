import { resourceNamed, rulesOf, type World } from '@inland/residency';

/** What one rule asks of an approval. */
export interface ApprovalAsked {
  /** `Kind/name`. */
  readonly rule: string;
  readonly by: readonly string[];
  readonly approvers: number;
  readonly maxSeconds: number;
  readonly once: boolean;
  readonly ticket: boolean;
  readonly breakGlass: boolean;
}

/** Every approval that rules about a target ask for, for an operation, as far as that does not depend on who asks. */
export function approvalsAsked(world: World, target: string, operation: string): ApprovalAsked[] {
  const about = rulesOf(world, target);
  const asked: ApprovalAsked[] = [];
  for (const name of about?.policies ?? []) {
    const spec = resourceNamed(world, 'ResidencyPolicy', name)?.spec;
    if (spec?.approval === undefined) continue;
    const byDestination = spec.unknownDestinations === 'approve' || spec.unprovenCommands === 'approve';
    if (spec.approval.operations.some((one) => isAbout(one, operation)) || (byDestination && operation !== 'connect'))
      asked.push({ rule: `ResidencyPolicy/${name}`, ...spec.approval, breakGlass: false });
  }
  if (operation === 'connect')
    for (const name of about?.grants ?? []) {
      const spec = resourceNamed(world, 'AccessGrant', name)?.spec;
      if (spec?.approval !== undefined)
        asked.push({ rule: `AccessGrant/${name}`, ...spec.approval, breakGlass: spec.breakGlass });
    }
  return asked.map(({ rule, by, approvers, maxSeconds, once, ticket, breakGlass }) => ({
    rule,
    by,
    approvers,
    maxSeconds,
    once,
    ticket,
    breakGlass,
  }));
}

/** An effect is of statements of every kind. */
function isAbout(named: string, operation: string): boolean {
  const [protocol = ''] = operation.split('.');
  const effects = ['read', 'write', 'schema', 'administration', 'export'].map((effect) => `postgres.${effect}`);
  return (
    named === '*' ||
    named === operation ||
    named === `${protocol}.*` ||
    (operation.startsWith('postgres.') && effects.includes(named))
  );
}
