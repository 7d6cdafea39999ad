import { resourceNamed, resourcesOf, type DecisionInput, type OperationEffect, type World } from '@inland/residency';

/**
 * The rules once more, in plain TypeScript, written from their documentation and not from the Rego: what both agree on,
 * two people have understood in the same way. Slow and simple; for tests alone.
 */
export interface SecondOpinion {
  readonly outcome: 'allowed' | 'denied';
  /** `code rule`, sorted. */
  readonly reasons: readonly string[];
  readonly obligations: {
    readonly mask: readonly string[];
    readonly recordStrict: boolean;
    readonly maxSessionSeconds: number;
    readonly maxIdleSeconds: number;
  };
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
  const unknown = whatIsUnknown(world, target, input);
  const against = unknown.length > 0 ? unknown : whatIsUnlawful(world, target, covering, input);
  const { refused, granting } = grantsOf(world, target, input);
  const reasons = against.length > 0 ? against : refused.length > 0 ? refused : granting;
  return {
    outcome: against.length === 0 && refused.length === 0 ? 'allowed' : 'denied',
    reasons: [...new Set(reasons)].sort(),
    obligations: obligationsOf(world, target, covering),
  };
}

function policiesFor(world: World, target: Target, { principal }: DecisionInput): Policy[] {
  return resourcesOf(world, 'ResidencyPolicy').filter(({ spec: { covers } }) => {
    const { dataClasses, targetLabels, targets, groups } = covers;
    if (dataClasses !== undefined && !dataClasses.some((one) => target.spec.dataClasses.includes(one))) return false;
    if (targetLabels !== undefined && !hasLabels(target, targetLabels)) return false;
    if (targets !== undefined && !targets.includes(target.metadata.name)) return false;
    return groups === undefined || groups.some((one) => principal.groups.includes(one));
  });
}

const hasLabels = (target: Target, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(labels).every(([key, value]) => target.metadata.labels[key] === value);

const selects = (
  {
    names,
    labels,
  }: { readonly names?: readonly string[] | undefined; readonly labels?: Record<string, string> | undefined },
  target: Target,
): boolean => names?.includes(target.metadata.name) === true || (labels !== undefined && hasLabels(target, labels));

function whatIsUnknown(world: World, target: Target | undefined, input: DecisionInput): string[] {
  const known = (region: string): boolean => resourceNamed(world, 'Region', region) !== undefined;
  const said: string[] = [];
  if (target === undefined) said.push('target_unknown ');
  else {
    if (target.spec.protocol !== input.target.protocol) said.push(`target_protocol Target/${target.metadata.name}`);
    if (!known(target.spec.region)) said.push(`region_unknown Target/${target.metadata.name}`);
  }
  const { log, recordings, projections } = input.record;
  if (![input.gateway.region, log, recordings, projections].every(known)) said.push('region_unknown ');
  return said;
}

/** Whether a region, or a country, lies within one of the places, each a jurisdiction, a country or a region. */
function lies(world: World, place: { readonly region?: string; readonly country: string }, within: readonly string[]) {
  const inJurisdiction = (name: string, seen: readonly string[]): boolean => {
    if (seen.includes(name)) return false;
    const jurisdiction = resourceNamed(world, 'Jurisdiction', name)?.spec;
    if (jurisdiction === undefined) return name === place.country;
    return (
      jurisdiction.countries.includes(place.country) ||
      jurisdiction.includes.some((other) => inJurisdiction(other, [...seen, name]))
    );
  };
  return within.some(
    (name) => inJurisdiction(name, []) || (place.region === name && resourceNamed(world, 'Region', name) !== undefined),
  );
}

function whatIsUnlawful(
  world: World,
  target: Target | undefined,
  covering: readonly Policy[],
  input: DecisionInput,
): string[] {
  const said = covering.length === 0 ? ['residency_uncovered '] : [];
  const { destination, kind, text } = input.operation;
  const countryOf = (region: string): string => resourceNamed(world, 'Region', region)?.spec.country ?? '';
  const regionLies = (region: string, within: readonly string[]): boolean =>
    lies(world, { region, country: countryOf(region) }, within);
  const destinationKnown = typeof destination?.region === 'string' && countryOf(destination.region) !== '';
  if (destination !== undefined && !destinationKnown) said.push('residency_destination_unknown ');
  for (const { metadata, spec } of covering) {
    const rule = `ResidencyPolicy/${metadata.name}`;
    const { client, gateway, record, ...require } = spec.require;
    if (require.target !== undefined && !regionLies(target?.spec.region ?? '', require.target.within))
      said.push(`residency_target_outside ${rule}`);
    if (gateway !== undefined && !regionLies(input.gateway.region, gateway.within))
      said.push(`residency_gateway_outside ${rule}`);
    if (record !== undefined && !Object.values(input.record).every((region) => regionLies(region, record.within)))
      said.push(`residency_record_outside ${rule}`);
    if (client !== undefined) {
      const { country } = input.client;
      if (country === null) said.push(`residency_client_unknown ${rule}`);
      else if (!lies(world, { country }, client.within)) said.push(`residency_client_outside ${rule}`);
    }
    const leadsTo = require.destination ?? require.target;
    if (leadsTo !== undefined && destinationKnown && !regionLies(destination?.region ?? '', leadsTo.within))
      said.push(`residency_destination_outside ${rule}`);
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
  }
  return said;
}

const effects: readonly OperationEffect[] = ['read', 'write', 'schema', 'administration', 'export'];

const isAmong = (operations: readonly string[], kind: string, did: readonly OperationEffect[]): boolean =>
  operations.includes('*') ||
  operations.includes(kind) ||
  operations.includes(`${kind.split('.')[0]}.*`) ||
  did.some((effect) => operations.includes(`postgres.${effect}`));

function grantsOf(
  world: World,
  target: Target | undefined,
  { principal, target: asked, operation }: DecisionInput,
): { readonly refused: readonly string[]; readonly granting: readonly string[] } {
  const mine = resourcesOf(world, 'AccessGrant').filter(
    ({ spec }) =>
      target !== undefined &&
      selects(spec.targets, target) &&
      (spec.subjects.people.includes(principal.subject) ||
        spec.subjects.groups.some((group) => principal.groups.includes(group))),
  );
  if (mine.length === 0) return { refused: ['grant_missing '], granting: [] };
  const forLogin = mine.filter(({ spec }) => spec.logins.includes(asked.login));
  if (forLogin.length === 0) return { refused: ['grant_login '], granting: [] };
  const did = Array.isArray(operation.effects) ? (operation.effects as readonly OperationEffect[]) : undefined;
  const gives = ({ spec }: Grant, effect: OperationEffect): boolean => spec.operations.includes(`postgres.${effect}`);
  const granting = forLogin.filter((grant) => {
    const { operations } = grant.spec;
    if (operations.includes(operation.kind)) return true;
    if (namedOnly.includes(operation.kind)) return false;
    if (operations.includes('*') || operations.includes(`${operation.kind.split('.')[0]}.*`)) return true;
    if (did === undefined || !did.every((effect) => forLogin.some((other) => gives(other, effect)))) return false;
    return (did.length === 0 ? effects : did).some((effect) => gives(grant, effect));
  });
  return granting.length === 0
    ? { refused: ['grant_operation '], granting: [] }
    : { refused: [], granting: granting.map(({ metadata }) => `allowed AccessGrant/${metadata.name}`) };
}

function obligationsOf(
  world: World,
  target: Target | undefined,
  covering: readonly Policy[],
): SecondOpinion['obligations'] {
  const masking = resourcesOf(world, 'MaskingRule').filter(({ spec }) => {
    if (target === undefined) return false;
    const everywhere = spec.targets.names === undefined && spec.targets.labels === undefined;
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
  };
}
