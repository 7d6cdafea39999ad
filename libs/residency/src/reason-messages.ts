import type { DecisionInput, DecisionReason } from './decision.ts';
import { resourceNamed, type World } from './world.ts';

/** A reason as the Rego gives it. */
export interface RawReason {
  readonly code: string;
  readonly rule: string;
  readonly kind: string;
  readonly part?: string;
  readonly place?: string;
  readonly because?: string;
}

/** Every reason there is: tests, the record and the person's message share these constants. */
export const reasonCodes = [
  'allowed',
  'target_unknown',
  'target_protocol',
  'region_unknown',
  'residency_uncovered',
  'residency_target_outside',
  'residency_gateway_outside',
  'residency_record_outside',
  'residency_client_unknown',
  'residency_client_outside',
  'residency_destination_unknown',
  'residency_destination_outside',
  'residency_forbidden_operation',
  'residency_unproven_operation',
  'grant_missing',
  'grant_login',
  'grant_operation',
  'policy_stale',
  'policy_missing',
  'policy_failed',
] as const;

export type ReasonCode = (typeof reasonCodes)[number];

type Part = 'client' | 'gateway' | 'target' | 'record' | 'destination';

/** Says a reason in one sentence that a person can act on, naming the places that were compared. */
export function sayReason(raw: RawReason, input: DecisionInput, world: World): DecisionReason {
  const rule = raw.rule === '' ? '' : `${raw.kind}/${raw.rule}`;
  return { code: raw.code, rule, message: stateSentences[raw.code] ?? sentence(raw, input, world) };
}

/** What is said of the rules' own state; it looks at no input, which may be what is wrong. */
const stateSentences: Readonly<Record<string, string>> = {
  policy_stale: 'the gateway has lost touch with the rules and must not decide on old ones. Try again in a moment.',
  policy_missing:
    'the gateway has no rules yet. Try again in a moment; if this stays, your platform team must start the policy service.',
  policy_failed: 'the rules gave no answer to this, so it is refused. Tell your platform team.',
};

function sentence(raw: RawReason, input: DecisionInput, world: World): string {
  const { name, login } = input.target;
  const who = input.principal.subject;
  const within = (part: Part): string => {
    const names = resourceNamed(world, 'ResidencyPolicy', raw.rule)?.spec.require[part]?.within ?? [];
    return names.length === 0 ? 'nowhere' : names.join(' or ');
  };
  const at = placeName(raw.place ?? '', world);
  switch (raw.code as ReasonCode) {
    case 'allowed':
      return `${who} may ${input.operation.kind} as ${login} at ${name}; every residency rule that covers it holds.`;
    case 'target_unknown':
      return `there is no target named ${name}. \`inland targets\` lists what there is.`;
    case 'target_protocol':
      return `${name} is reached by ${raw.place ?? 'another protocol'}, not by ${input.target.protocol}.`;
    case 'region_unknown':
      return `the region ${raw.place ?? ''} of the ${raw.part ?? ''} is not known, and what is unknown is refused. An operator can add it as a Region.`;
    case 'residency_uncovered':
      return `no residency rule covers ${name}, and what no rule covers is refused. An operator can add a ResidencyPolicy for it.`;
    case 'residency_target_outside':
      return `${name} is in ${at}, and the rule keeps ${classesOf(name, world)} within ${within('target')}.`;
    case 'residency_gateway_outside':
      return `this gateway is in ${at}, and the rule keeps ${classesOf(name, world)} within ${within('gateway')}. Use a gateway there.`;
    case 'residency_record_outside':
      return `the record would be kept in ${at}, and the rule keeps it within ${within('record')}.`;
    case 'residency_client_unknown':
      return `it is not known where you are, and the rule asks that you are within ${within('client')}. Connect from a network that your platform team trusts.`;
    case 'residency_client_outside':
      return `you are in ${raw.place ?? ''}, and the rule asks that you are within ${within('client')}.`;
    case 'residency_forbidden_operation':
      return `the rule forbids this command: ${raw.because ?? ''}.`;
    case 'residency_unproven_operation':
      return `the rule forbids some of what this could do, and its text does not tell what it does: ${raw.because ?? ''}.`;
    case 'residency_destination_unknown':
      return `it is not known where ${hostOf(input)} is, and what is unknown is refused. An operator can add it to a Destination.`;
    case 'residency_destination_outside':
      return `${hostOf(input)} is in ${at}, and the rule keeps ${classesOf(name, world)} within ${destinations(raw, world)}.`;
    case 'grant_missing':
      return `nothing grants ${who} access to ${name}. Ask your platform team for an AccessGrant.`;
    case 'grant_login':
      return `your grants for ${name} do not hold for the login ${login}.`;
    case 'grant_operation':
      return `your grants for ${name} do not hold for ${operationName(input)}.`;
    default:
      return `the rules refuse this (${raw.code}).`;
  }
}

const hostOf = ({ operation }: DecisionInput): string => operation.destination?.host ?? 'the destination';

/** A rule that says nothing of destinations holds for them what it holds for the target. */
function destinations(raw: RawReason, world: World): string {
  const require = resourceNamed(world, 'ResidencyPolicy', raw.rule)?.spec.require;
  return ((require?.destination ?? require?.target)?.within ?? ['nowhere']).join(' or ');
}

/** What an operation is called in a grant: of a statement what it does, where that is known. */
function operationName({ operation: { kind, effects } }: DecisionInput): string {
  if (effects === null) return `${kind}, and the text of this one does not tell what it does`;
  if (effects === undefined || effects.length === 0) return kind;
  return `${kind} (it does: ${effects.map((effect) => `postgres.${effect}`).join(', ')})`;
}

function placeName(region: string, world: World): string {
  const spec = resourceNamed(world, 'Region', region)?.spec;
  return spec === undefined ? region : `${region} (${spec.city === undefined ? '' : `${spec.city}, `}${spec.country})`;
}

function classesOf(target: string, world: World): string {
  const classes = resourceNamed(world, 'Target', target)?.spec.dataClasses ?? [];
  return classes.length === 0 ? 'its data' : `${classes.join(' and ')} data`;
}
