import {
  endOf,
  momentsIn,
  resourceNamed,
  resourcesOf,
  type DecisionInput,
  type DecisionObligations,
  type OperationEffect,
  type StatedRequest,
  type World,
} from '@inland/residency';

/**
 * The rules once more, in plain TypeScript, written from their documentation and not from the Rego: what both agree on,
 * two people have understood in the same way. Slow and simple; for tests alone.
 */
export interface SecondOpinion {
  readonly outcome: 'allowed' | 'denied';
  /** `code rule`, sorted. */
  readonly reasons: readonly string[];
  readonly obligations: DecisionObligations;
  /** `code rule`, sorted. */
  readonly observed: readonly string[];
  readonly approvals: readonly string[];
  readonly exceptions: readonly string[];
  readonly breakGlass: boolean;
}

type Policy = ReturnType<typeof resourcesOf<'ResidencyPolicy'>>[number];
type Grant = ReturnType<typeof resourcesOf<'AccessGrant'>>[number];
type Target = ReturnType<typeof resourcesOf<'Target'>>[number];

const namedOnly = [
  'ssh.forward-local',
  'ssh.forward-remote',
  'ssh.forward-socket',
  'ssh.forward-agent',
  'ssh.forward-x11',
  'postgres.replication',
];

export function secondOpinion(world: World, input: DecisionInput): SecondOpinion {
  const target = resourceNamed(world, 'Target', input.target.name);
  const covering = target === undefined ? [] : policiesFor(world, target, input);
  const enforcing = covering.filter(({ spec }) => spec.enforce === 'deny');
  const auditing = covering.filter(({ spec }) => spec.enforce === 'audit');
  const viewing = input.operation.kind === 'recording.view';
  const { refused, granting, consents, used, breakGlass } = grantsOf(world, target, input);
  const stages = [
    whatIsUnknown(world, target, input),
    contradiction(world, target, input),
    [
      ...(enforcing.length === 0 && !viewing ? ['residency_uncovered '] : []),
      ...leadsNowhere(world, input),
      ...enforcing.flatMap((policy) => against(world, target, policy, input)),
    ],
    viewing ? [] : refused,
    [...enforcing.flatMap((policy) => asksFor(world, policy, input)), ...(viewing ? [] : consents)],
  ];
  const reasons = stages.find((stage) => stage.length > 0);
  const allowedBy = viewing ? ['allowed '] : granting;
  return {
    outcome: reasons === undefined ? 'allowed' : 'denied',
    reasons: unique(reasons ?? allowedBy),
    obligations: obligationsOf(world, target, enforcing),
    observed: unique(
      auditing.flatMap((policy) => [...against(world, target, policy, input), ...asksFor(world, policy, input)]),
    ),
    approvals: unique([...used, ...enforcing.flatMap((policy) => consentsUsed(world, policy, input))]),
    exceptions: unique(covering.flatMap((policy) => exceptionsUsed(world, target, policy, input))),
    breakGlass: breakGlass && reasons === undefined,
  };
}

const unique = (all: readonly string[]): string[] => [...new Set(all)].sort();

function policiesFor(world: World, target: Target, { principal }: DecisionInput): Policy[] {
  return resourcesOf(world, 'ResidencyPolicy').filter(({ spec: { covers } }) => {
    const { dataClasses, targetLabels, targets } = covers;
    if (dataClasses !== undefined && !dataClasses.some((one) => target.spec.dataClasses.includes(one))) return false;
    if (targetLabels !== undefined && !hasLabels(target, targetLabels)) return false;
    if (targets !== undefined && !targets.includes(target.metadata.name)) return false;
    return isFor(covers, principal);
  });
}

function isFor(
  {
    groups,
    people,
  }: { readonly groups?: readonly string[] | undefined; readonly people?: readonly string[] | undefined },
  principal: DecisionInput['principal'],
): boolean {
  if (groups === undefined && people === undefined) return true;
  return people?.includes(principal.subject) === true || groups?.some((one) => principal.groups.includes(one)) === true;
}

const hasLabels = (target: Target, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(labels).every(([key, value]) => target.metadata.labels[key] === value);

const selects = (
  {
    names,
    labels,
    dataClasses,
  }: {
    readonly names?: readonly string[] | undefined;
    readonly labels?: Record<string, string> | undefined;
    readonly dataClasses?: readonly string[] | undefined;
  },
  target: Target,
): boolean =>
  names?.includes(target.metadata.name) === true ||
  (labels !== undefined && hasLabels(target, labels)) ||
  dataClasses?.some((one) => target.spec.dataClasses.includes(one)) === true;

function whatIsUnknown(world: World, target: Target | undefined, input: DecisionInput): string[] {
  const known = (region: string): boolean => resourceNamed(world, 'Region', region) !== undefined;
  const said: string[] = [];
  const viewersBound = resourcesOf(world, 'ResidencyPolicy').some(({ spec }) => spec.require.viewer !== undefined);
  if (target === undefined) {
    if (input.operation.kind !== 'recording.view' || viewersBound) said.push('target_unknown ');
  } else {
    if (target.spec.protocol !== input.target.protocol) said.push(`target_protocol Target/${target.metadata.name}`);
    if (!known(target.spec.region)) said.push(`region_unknown Target/${target.metadata.name}`);
  }
  const agent = input.agent === undefined ? [] : [input.agent.region];
  if (![input.gateway.region, ...agent, ...Object.values(input.record)].every(known)) said.push('region_unknown ');
  return said;
}

function contradiction(world: World, target: Target | undefined, { target: asked }: DecisionInput): string[] {
  const { evidence } = asked;
  if (target === undefined || evidence === undefined || target.spec.regionProof === 'declared') return [];
  const said = [`region_contradicted Target/${target.metadata.name}`];
  const provider = (region: string): string | undefined => region.split(':')[0];
  const { region } = target.spec;
  if (evidence.region !== null && evidence.region !== region && provider(evidence.region) === provider(region))
    return said;
  const countryOf = (name: string): string | undefined => resourceNamed(world, 'Region', name)?.spec.country;
  const country = (evidence.region === null ? undefined : countryOf(evidence.region)) ?? evidence.country ?? undefined;
  return country !== undefined && country !== countryOf(region) ? said : [];
}

interface Place {
  readonly region?: string;
  readonly country?: string;
  readonly subdivision?: string | undefined;
}

/** Whether a place lies within one of those named, each a jurisdiction, a country, a subdivision or a region. */
function lies(world: World, place: Place, within: readonly string[]): boolean {
  const areas = [place.country, place.subdivision].filter((area) => area !== undefined);
  const inJurisdiction = (name: string, seen: readonly string[]): boolean => {
    if (seen.includes(name)) return false;
    const jurisdiction = resourceNamed(world, 'Jurisdiction', name)?.spec;
    if (jurisdiction === undefined) return areas.includes(name);
    return (
      jurisdiction.countries.some((one) => areas.includes(one)) ||
      jurisdiction.includes.some((other) => inJurisdiction(other, [...seen, name]))
    );
  };
  return within.some(
    (name) => inJurisdiction(name, []) || (place.region === name && resourceNamed(world, 'Region', name) !== undefined),
  );
}

function placeOf(world: World, region: string): Place {
  const spec = resourceNamed(world, 'Region', region)?.spec;
  return { region, country: spec?.country ?? '', subdivision: spec?.subdivision };
}

type Exception = Policy['spec']['exceptions'][number];

/** The exceptions of a rule for a part, as far as they hold for this person now. */
function exceptionsFor({ spec }: Policy, part: Exception['parts'][number], input: DecisionInput): Exception[] {
  return spec.exceptions.filter(
    (one) =>
      one.parts.includes(part) &&
      isFor(one.for ?? {}, input.principal) &&
      Date.parse(input.time) < Date.parse(endOf(one.until)),
  );
}

/** Where each part is that a rule can bound. */
function partsOf(
  world: World,
  target: Target | undefined,
  input: DecisionInput,
): { readonly part: Exception['parts'][number]; readonly place: Place }[] {
  if (input.operation.kind === 'recording.view') return [];
  return [
    ['target', target?.spec.region ?? ''],
    ['gateway', input.gateway.region],
    ['agent', input.agent?.region ?? input.gateway.region],
    ...Object.values(input.record).map((region) => ['record', region] as const),
  ].map(([part, region]) => ({ part: part as Exception['parts'][number], place: placeOf(world, region ?? '') }));
}

const personPart = ({ operation }: DecisionInput): 'viewer' | 'client' =>
  operation.kind === 'recording.view' ? 'viewer' : 'client';

function exceptionsUsed(world: World, target: Target | undefined, policy: Policy, input: DecisionInput): string[] {
  const { country, subdivision } = input.client;
  const client = {
    part: personPart(input) as Exception['parts'][number],
    place: { ...(country === null ? {} : { country }), subdivision },
  };
  return [...partsOf(world, target, input), client].flatMap(({ part, place }) => {
    const within = policy.spec.require[part]?.within;
    if (within === undefined || lies(world, place, within)) return [];
    return exceptionsFor(policy, part, input)
      .filter((one) => lies(world, place, one.within))
      .map(({ name }) => `${policy.metadata.name}#${name}`);
  });
}

function leadsNowhere(world: World, { operation }: DecisionInput): string[] {
  const { destination } = operation;
  return destination !== undefined && resourceNamed(world, 'Region', destination.region ?? '') === undefined
    ? ['residency_destination_unknown ']
    : [];
}

/** What one rule has against an access. */
function against(world: World, target: Target | undefined, policy: Policy, input: DecisionInput): string[] {
  const said: string[] = [];
  const { spec } = policy;
  const rule = `ResidencyPolicy/${policy.metadata.name}`;
  const { kind, text } = input.operation;
  const outside = (part: Exception['parts'][number], place: Place, within: readonly string[]): boolean =>
    !lies(world, place, within) &&
    !exceptionsFor(policy, part, input).some((exception) => lies(world, place, exception.within));
  for (const { part, place } of partsOf(world, target, input)) {
    const within = spec.require[part]?.within;
    if (within !== undefined && outside(part, place, within)) said.push(`residency_${part}_outside ${rule}`);
  }
  const person = personPart(input);
  const within = spec.require[person]?.within;
  const { country, subdivision } = input.client;
  if (within !== undefined && country === null) said.push(`residency_${person}_unknown ${rule}`);
  else if (within !== undefined && outside(person, { country: country ?? '', subdivision }, within))
    said.push(`residency_${person}_outside ${rule}`);
  const leadsTo = spec.require.destination ?? spec.require.target;
  for (const place of knownDestinations(world, input))
    if (leadsTo !== undefined && outside('destination', place, leadsTo.within))
      said.push(`residency_destination_outside ${rule}`);
  if (leadsTo !== undefined && spec.unknownDestinations === 'refuse' && hasUnknownDestination(world, input))
    said.push(`residency_destination_unknown ${rule}`);
  if (leadsTo !== undefined && spec.unprovenCommands === 'refuse' && isUnproven(input))
    said.push(`residency_destination_unproven ${rule}`);
  for (const { operations, matching, unless } of spec.forbid) {
    const hit = matching === undefined || (text !== null && new RegExp(matching).test(text));
    const excepted = unless !== undefined && text !== null && new RegExp(unless).test(text);
    if (!hit || excepted) continue;
    if (text !== null && isAmong(operations, kind, input.operation.effects ?? []))
      said.push(`residency_forbidden_operation ${rule}`);
    const aboutEffects = operations.some((one) => effects.includes(one.replace('postgres.', '') as OperationEffect));
    if (kind.startsWith('postgres.') && !Array.isArray(input.operation.effects) && aboutEffects)
      said.push(`residency_unproven_operation ${rule}`);
  }
  const { readOnly, noFileTransfer, noForwarding } = spec.obligations;
  if (readOnly && !onlyReads(input)) said.push(`obligation_read_only ${rule}`);
  if (noFileTransfer && transfersFiles(input)) said.push(`obligation_no_file_transfer ${rule}`);
  if (noForwarding && kind.startsWith('ssh.forward-')) said.push(`obligation_no_forwarding ${rule}`);
  return said;
}

/** Where a forwarding or a text leads, as far as that is known: to a region, or else to a country. */
function knownDestinations(world: World, { operation }: DecisionInput): Place[] {
  const { destination, destinations = [] } = operation;
  const places: Place[] = [];
  for (const one of destination === undefined ? destinations : [destination, ...destinations])
    if (one.region !== null && resourceNamed(world, 'Region', one.region) !== undefined)
      places.push(placeOf(world, one.region));
    else if ('country' in one && one.country !== undefined) places.push({ country: one.country });
  return places;
}

const hasUnknownDestination = (world: World, { operation }: DecisionInput): boolean =>
  (operation.destinations ?? []).some(
    ({ region, country }) =>
      country === undefined && (region === null || resourceNamed(world, 'Region', region) === undefined),
  );

const isUnproven = ({ operation }: DecisionInput): boolean => (operation.unproven ?? []).length > 0;

function onlyReads({ operation: { kind, effects: did } }: DecisionInput): boolean {
  if (['connect', 'recording.view', 'ssh.subsystem', 'ssh.file-list', 'ssh.file-read'].includes(kind)) return true;
  if (namedOnly.includes(kind)) return false;
  return Array.isArray(did) && did.every((effect) => effect === 'read');
}

function transfersFiles({ operation: { kind, text } }: DecisionInput): boolean {
  if (kind === 'ssh.subsystem' || kind.startsWith('ssh.file-')) return true;
  return (text ?? '').split(/[\s;&|(/]/).some((word) => ['rsync', 'scp', 'sftp', 'sftp-server'].includes(word));
}

// --- consents ---

type Approval = NonNullable<Grant['spec']['approval']>;

const current = ({ approvals = [], target, time }: DecisionInput): StatedRequest[] =>
  approvals.filter(({ login, until }) => login === target.login && Date.parse(time) < Date.parse(until));

function isEnough(request: StatedRequest, approval: Approval, { principal }: DecisionInput): boolean {
  const others = request.approvers.filter(
    ({ subject, groups }) => subject !== principal.subject && groups.some((group) => approval.by.includes(group)),
  );
  return (
    request.seconds <= approval.maxSeconds &&
    (request.once || !approval.once) &&
    (request.ticket !== '' || !approval.ticket) &&
    new Set(others.map(({ subject }) => subject)).size >= approval.approvers
  );
}

function needsApproval(world: World, { spec }: Policy, input: DecisionInput): boolean {
  const { kind, effects: did } = input.operation;
  if (spec.approval !== undefined && isAmong(spec.approval.operations, kind, did ?? [])) return true;
  if (spec.require.destination === undefined && spec.require.target === undefined) return false;
  return (
    (spec.unknownDestinations === 'approve' && hasUnknownDestination(world, input)) ||
    (spec.unprovenCommands === 'approve' && isUnproven(input))
  );
}

const approving = ({ spec }: Policy, input: DecisionInput): StatedRequest[] =>
  current(input).filter(
    (request) =>
      request.operation === input.operation.kind &&
      spec.approval !== undefined &&
      isEnough(request, spec.approval, input),
  );

const reasoning = (input: DecisionInput): StatedRequest[] => current(input).filter(({ reason }) => reason !== '');

/** What one rule asks for that is not there. */
function asksFor(world: World, policy: Policy, input: DecisionInput): string[] {
  const rule = `ResidencyPolicy/${policy.metadata.name}`;
  const said: string[] = [];
  const viewing = input.operation.kind === 'recording.view';
  if (policy.spec.obligations.reasonRequired && !viewing && reasoning(input).length === 0)
    said.push(`reason_required ${rule}`);
  if (needsApproval(world, policy, input) && approving(policy, input).length === 0)
    said.push(`approval_required ${rule}`);
  return said;
}

function consentsUsed(world: World, policy: Policy, input: DecisionInput): string[] {
  return [
    ...(policy.spec.obligations.reasonRequired ? reasoning(input) : []),
    ...(needsApproval(world, policy, input) ? approving(policy, input) : []),
  ].map(({ id }) => id);
}

const effects: readonly OperationEffect[] = ['read', 'write', 'schema', 'administration', 'export'];

const isAmong = (operations: readonly string[], kind: string, did: readonly OperationEffect[]): boolean =>
  operations.includes('*') ||
  operations.includes(kind) ||
  operations.includes(`${kind.split('.')[0]}.*`) ||
  did.some((effect) => operations.includes(`postgres.${effect}`));

interface Granted {
  readonly refused: readonly string[];
  readonly granting: readonly string[];
  readonly consents: readonly string[];
  readonly used: readonly string[];
  readonly breakGlass: boolean;
}

function grantsOf(world: World, target: Target | undefined, input: DecisionInput): Granted {
  const { principal, target: asked, operation, time } = input;
  const none = { refused: [], granting: [], consents: [], used: [], breakGlass: false };
  const mine = resourcesOf(world, 'AccessGrant').filter(
    ({ spec }) =>
      target !== undefined &&
      selects(spec.targets, target) &&
      (spec.subjects.people.includes(principal.subject) ||
        spec.subjects.groups.some((group) => principal.groups.includes(group))),
  );
  if (mine.length === 0) return { ...none, refused: ['grant_missing '] };
  const forLogin = mine.filter(({ spec }) => spec.logins.includes(asked.login));
  if (forLogin.length === 0) return { ...none, refused: ['grant_login '] };
  const timely = forLogin.filter(({ spec }) => holdsAt(spec, time));
  if (timely.length === 0)
    return { ...none, refused: forLogin.map(({ metadata }) => `grant_time AccessGrant/${metadata.name}`) };
  const grantable = givingOf(timely, operation);
  if (grantable.length === 0) return { ...none, refused: ['grant_operation '] };
  const requestsFor = ({ spec }: Grant): StatedRequest[] =>
    current(input).filter(
      (request) =>
        request.operation === 'connect' &&
        request.breakGlass === spec.breakGlass &&
        spec.approval !== undefined &&
        isEnough(request, spec.approval, input),
    );
  const opened = timely.filter((grant) => grant.spec.approval === undefined || requestsFor(grant).length > 0);
  const granting = givingOf(opened, operation);
  return {
    refused: [],
    granting: granting.map(({ metadata }) => `allowed AccessGrant/${metadata.name}`),
    consents:
      granting.length > 0
        ? []
        : grantable.map(
            ({ metadata, spec }) =>
              `${spec.breakGlass ? 'break_glass_required' : 'approval_required'} AccessGrant/${metadata.name}`,
          ),
    used: granting.flatMap(requestsFor).map(({ id }) => id),
    breakGlass: granting.some(({ spec }) => spec.breakGlass),
  };
}

/** Of these grants those that give an operation: by its name, or each of its effects by whichever of them. */
function givingOf(grants: readonly Grant[], operation: DecisionInput['operation']): Grant[] {
  const did = Array.isArray(operation.effects) ? (operation.effects as readonly OperationEffect[]) : undefined;
  const gives = ({ spec }: Grant, effect: OperationEffect): boolean => spec.operations.includes(`postgres.${effect}`);
  return grants.filter((grant) => {
    const { operations } = grant.spec;
    if (operations.includes(operation.kind)) return true;
    if (namedOnly.includes(operation.kind)) return false;
    if (operations.includes('*') || operations.includes(`${operation.kind.split('.')[0]}.*`)) return true;
    if (did === undefined || !did.every((effect) => grants.some((other) => gives(other, effect)))) return false;
    return (did.length === 0 ? effects : did).some((effect) => gives(grant, effect));
  });
}

function holdsAt({ notBefore, until, when }: Grant['spec'], time: string): boolean {
  const at = Date.parse(time);
  if (notBefore !== undefined && at < Date.parse(notBefore)) return false;
  if (until !== undefined && at >= Date.parse(endOf(until))) return false;
  return (
    when === undefined ||
    when.some(({ days, from, to, zone }) => {
      const now = momentsIn([zone], time)[zone];
      const before = momentsIn([zone], new Date(at - 86_400_000).toISOString())[zone];
      if (now === undefined || before === undefined) return false;
      const [begins, ends] = [minutes(from), minutes(to)];
      const today = days.includes(now.day) && now.minute >= begins && (begins > ends || now.minute < ends);
      return today || (begins > ends && days.includes(before.day) && now.minute < ends);
    })
  );
}

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

function obligationsOf(
  world: World,
  target: Target | undefined,
  covering: readonly Policy[],
): SecondOpinion['obligations'] {
  const masking = resourcesOf(world, 'MaskingRule').filter(({ spec }) => {
    if (target === undefined) return false;
    const { names, labels, dataClasses } = spec.targets;
    const everywhere = names === undefined && labels === undefined && dataClasses === undefined;
    return everywhere || selects(spec.targets, target);
  });
  const shortest = (limits: readonly number[]): number => {
    const some = limits.filter((limit) => limit > 0);
    return some.length === 0 ? 0 : Math.min(...some);
  };
  const all = covering.map(({ spec }) => spec.obligations);
  return {
    mask: [...new Set([...all.flatMap(({ mask }) => mask), ...masking.flatMap(({ spec }) => spec.detect)])].sort(),
    recordStrict: all.some(({ record }) => record === 'strict'),
    maxSessionSeconds: shortest(all.map((one) => one.maxSessionSeconds)),
    maxIdleSeconds: shortest(all.map((one) => one.maxIdleSeconds)),
    ...Object.fromEntries(
      (['noFileTransfer', 'noForwarding', 'readOnly', 'reasonRequired'] as const)
        .filter((what) => all.some((one) => one[what]))
        .map((what) => [what, true]),
    ),
  };
}
