import type { DecisionInput, DecisionReason } from './decision.ts';
import type { SpecOf } from './resources/resource.ts';
import { resourceNamed, type World } from './world.ts';

/** A reason as the Rego gives it. */
export interface RawReason {
  readonly code: string;
  readonly rule: string;
  readonly kind: string;
  readonly part?: string;
  readonly place?: string;
  readonly because?: string;
  readonly host?: string;
}

/** Every reason there is: tests, the record and the person's message share these constants. */
export const reasonCodes = [
  'allowed',
  'target_unknown',
  'target_protocol',
  'region_unknown',
  'region_contradicted',
  'residency_uncovered',
  'residency_target_outside',
  'residency_gateway_outside',
  'residency_agent_outside',
  'residency_record_outside',
  'residency_viewer_unknown',
  'residency_viewer_outside',
  'residency_client_unknown',
  'residency_client_outside',
  'residency_forbidden_operation',
  'residency_unproven_operation',
  'residency_destination_unknown',
  'residency_destination_outside',
  'residency_destination_unproven',
  'obligation_read_only',
  'obligation_no_file_transfer',
  'obligation_no_forwarding',
  'grant_missing',
  'grant_login',
  'grant_time',
  'grant_operation',
  'reason_required',
  'approval_required',
  'break_glass_required',
  'policy_stale',
  'policy_missing',
  'policy_failed',
] as const;

export type ReasonCode = (typeof reasonCodes)[number];

type Part = keyof SpecOf<'ResidencyPolicy'>['require'];

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
      if (input.operation.kind === 'recording.view') return `${who} may look at what was recorded of ${name}.`;
      return `${who} may ${input.operation.kind} as ${login} at ${name}; every residency rule that covers it holds.`;
    case 'target_unknown':
      return `there is no target named ${name}. \`inland targets\` lists what there is.`;
    case 'target_protocol':
      return `${name} is reached by ${raw.place ?? 'another protocol'}, not by ${input.target.protocol}.`;
    case 'region_unknown':
      return `the region ${raw.place ?? ''} of the ${raw.part ?? ''} is not known, and what is unknown is refused. An operator can add it as a Region.`;
    case 'region_contradicted':
      return `${name} is declared to be in ${placeName(resourceNamed(world, 'Target', name)?.spec.region ?? '', world)}, and its address ${input.target.evidence?.address ?? ''} is in ${at}, says ${input.target.evidence?.source ?? ''}. Where the declaration is right, an operator can state regionProof: declared.`;
    case 'residency_uncovered':
      return `no residency rule covers ${name}, and what no rule covers is refused. An operator can add a ResidencyPolicy for it.`;
    case 'residency_target_outside':
      return `${name} is in ${at}, and the rule keeps ${classesOf(name, world)} within ${within('target')}.`;
    case 'residency_gateway_outside':
      return `this gateway is in ${at}, and the rule keeps ${classesOf(name, world)} within ${within('gateway')}. Use a gateway there.`;
    case 'residency_agent_outside':
      return `${name} is reached from ${at}, and the rule keeps ${classesOf(name, world)} within ${within('agent')}.`;
    case 'residency_viewer_unknown':
      return `it is not known where you are, and the rule asks that who looks at recordings of ${name} is within ${within('viewer')}.`;
    case 'residency_viewer_outside':
      return `you are in ${raw.place ?? ''}, and the rule asks that who looks at recordings of ${name} is within ${within('viewer')}.`;
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
      return `it is not known where ${hostOf(raw, input)} is, and what is unknown is refused. An operator can add it to a Destination.`;
    case 'residency_destination_outside':
      return `${hostOf(raw, input)} is in ${at}, and the rule keeps ${classesOf(name, world)} within ${destinations(raw, world)}.`;
    case 'residency_destination_unproven':
      return `the text of this command does not prove where it would send data (${(input.operation.unproven ?? []).join(', ')}), and the rule asks for that. Write it out.`;
    case 'obligation_read_only':
      return `the rule lets ${name} be read only, and this could do more.`;
    case 'obligation_no_file_transfer':
      return `the rule lets no files pass to or from ${name}.`;
    case 'obligation_no_forwarding':
      return `the rule lets nothing be forwarded by way of ${name}.`;
    case 'reason_required':
      return `the rule asks why. Say so with \`inland request ${name} --login ${login} --reason "…"\`, and connect again.`;
    case 'approval_required':
      return `this needs the approval of ${approversOf(raw, world)}. Ask for it with \`inland request ${name} --login ${login}${input.operation.kind === 'connect' ? '' : ` --op ${input.operation.kind}`} --reason "…"${asksTicket(raw, world) ? ' --ticket ID' : ''}\`, and try again.`;
    case 'break_glass_required':
      return `your grant for ${name} is for emergencies, and opens with the approval of ${approversOf(raw, world)}: \`inland request ${name} --login ${login} --break-glass --reason "…"\`. Everybody is told.`;
    case 'grant_time':
      return `${who} is granted access to ${name}, but not now${hoursOf(raw, world)}.`;
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

const hostOf = (raw: RawReason, { operation }: DecisionInput): string =>
  raw.host ?? operation.destination?.host ?? 'the destination';

const asksTicket = (raw: RawReason, world: World): boolean => approvalOf(raw, world)?.ticket === true;

function approvalOf(raw: RawReason, world: World): SpecOf<'AccessGrant'>['approval'] {
  const kind = raw.kind === 'AccessGrant' ? 'AccessGrant' : 'ResidencyPolicy';
  return resourceNamed(world, kind, raw.rule)?.spec.approval;
}

function approversOf(raw: RawReason, world: World): string {
  const { approvers = 1, by = [] } = approvalOf(raw, world) ?? {};
  return `${approvers === 1 ? 'somebody' : `${approvers} people`} of ${by.join(' or ')}`;
}

function hoursOf(raw: RawReason, world: World): string {
  const { notBefore, until, when = [] } = resourceNamed(world, 'AccessGrant', raw.rule)?.spec ?? {};
  const said = [
    ...(notBefore === undefined ? [] : [`from ${notBefore}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...when.map(({ days, from, to, zone }) => `${days.join(', ')} ${from} to ${to} (${zone})`),
  ];
  return said.length === 0 ? '' : `: it holds ${said.join('; ')}`;
}

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
