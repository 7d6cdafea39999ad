import {
  resourceNamed,
  resourcesOf,
  type DecisionInput,
  type DecisionResult,
  type PolicyEngine,
  type StatedRequest,
} from '@inland/residency';

import type { ExplainedTo } from './explain-decision.ts';

/** A change of an access, or of who approved it, that turns a refusal. */
export interface AccessChange {
  /** What to do, such as `connect from DE`. */
  readonly what: string;
  /** What it would be then. */
  readonly obligations: readonly string[];
}

interface Candidate {
  readonly what: string;
  /** What it is about: two changes of one thing do not go together. */
  readonly about: string;
  readonly change: (input: DecisionInput) => DecisionInput;
}

/** So many decisions are tried at most. */
const triesMax = 1_500;
/** So many changes are told, and so many go together. */
const toldMax = 3;
const togetherMax = 3;

interface Tried {
  readonly some: readonly Candidate[];
  readonly input: DecisionInput;
  /** What stands against it still. */
  readonly against: string;
}

/**
 * The smallest changes that would turn a refusal: found by trying, with the engine that refused, first one change, then
 * two together, then three. Only a change that makes something else stand against the access is gone on with. Empty
 * where none was found.
 */
export function smallestChanges(
  engine: PolicyEngine,
  input: DecisionInput,
  { ownGrantsOnly = false }: ExplainedTo = {},
): readonly AccessChange[] {
  const { moments: _then, ...plain } = input;
  // Groups of grants for others are not for everybody to know.
  const candidates = candidatesFor(engine, input).filter(({ about }) => !ownGrantsOnly || about !== 'group');
  let tries = 0;
  let level: readonly Tried[] = [{ some: [], input: plain, against: against(engine.decide(plain).reasons) }];
  for (let together = 1; together <= togetherMax; together += 1) {
    const found = new Map<string, AccessChange>();
    const next = new Map<string, Tried>();
    for (const { some, input: changed, against: before } of level)
      for (const candidate of candidates) {
        if (tries >= triesMax) break;
        const abouts = [...some.map(({ about }) => about), candidate.about].sort().join(' ');
        if (some.some(({ about }) => about === candidate.about) || found.has(abouts)) continue;
        tries += 1;
        const wanted = candidate.change(changed);
        const decided = engine.decide(wanted);
        const all = [...some, candidate];
        if (decided.outcome === 'allowed')
          found.set(abouts, {
            what: all.map(({ what }) => what).join(', and '),
            obligations: said(decided.obligations),
          });
        else if (against(decided.reasons) !== before) {
          const key = `${abouts}: ${against(decided.reasons)}`;
          if (!next.has(key)) next.set(key, { some: all, input: wanted, against: against(decided.reasons) });
        }
      }
    if (found.size > 0) return [...found.values()].slice(0, toldMax);
    level = [...next.values()];
  }
  return [];
}

const against = (reasons: DecisionResult['reasons']): string =>
  JSON.stringify(reasons.map(({ code, rule }) => `${code} ${rule}`));

const said = ({ mask, recordStrict }: DecisionResult['obligations']): string[] => [
  ...(mask.length === 0 ? [] : [`mask ${mask.join(', ')}`]),
  ...(recordStrict ? ['record strict'] : []),
];

function candidatesFor(engine: PolicyEngine, input: DecisionInput): Candidate[] {
  const { world } = engine;
  const target = resourceNamed(world, 'Target', input.target.name)?.spec;
  const countries = [...new Set(resourcesOf(world, 'Region').map(({ spec }) => spec.country))].sort();
  const home = resourceNamed(world, 'Region', target?.region ?? '')?.spec.country;
  const groups = [...new Set(resourcesOf(world, 'AccessGrant').flatMap(({ spec }) => spec.subjects.groups))].sort();
  return [
    ...[...new Set([...(home === undefined ? [] : [home]), ...countries])].map((country): Candidate => ({
      what: `connect from ${country}`,
      about: 'client',
      change: (access) => ({ ...access, client: { country, network: null } }),
    })),
    ...(target?.logins ?? []).map(({ name }): Candidate => ({
      what: `use the login ${name}`,
      about: 'login',
      change: (access) => ({ ...access, target: { ...access.target, login: name } }),
    })),
    ...groups.map((group): Candidate => ({
      what: `be in the group ${group}`,
      about: 'group',
      change: (access) => ({
        ...access,
        principal: { ...access.principal, groups: [...new Set([...access.principal.groups, group])].sort() },
      }),
    })),
    approvalCandidate(engine, input, false),
    approvalCandidate(engine, input, true),
    ...nextHours(input),
    ...gatewayCandidates(engine, target?.region),
  ];
}

/** A gateway where the target is comes first: it keeps the way shortest. */
function gatewayCandidates({ world }: PolicyEngine, near: string | undefined): Candidate[] {
  const regions = resourcesOf(world, 'Region').map(({ metadata }) => metadata.name);
  return [...new Set([...(near === undefined ? [] : [near]), ...regions])].map((region) => ({
    what: `use a gateway, with its record, in ${region}`,
    about: 'gateway',
    change: (access) => ({
      ...access,
      gateway: { region },
      record: Object.fromEntries(
        Object.keys(access.record).map((part) => [part, region]),
      ) as unknown as DecisionInput['record'],
    }),
  }));
}

function approvalCandidate(
  { world }: PolicyEngine,
  { operation, target, time }: DecisionInput,
  breakGlass: boolean,
): Candidate {
  const groups = [
    ...resourcesOf(world, 'AccessGrant').flatMap(({ spec }) => spec.approval?.by ?? []),
    ...resourcesOf(world, 'ResidencyPolicy').flatMap(({ spec }) => spec.approval?.by ?? []),
  ];
  const everybody = ['a', 'b', 'c', 'd', 'e'];
  const request = (kind: string): StatedRequest => ({
    id: 'r-0000000000',
    operation: kind,
    login: target.login,
    reason: 'as if it were approved',
    ticket: 'as-if',
    seconds: 60,
    once: true,
    breakGlass,
    until: new Date(Date.parse(time) + 60_000).toISOString(),
    approvers: everybody.map((name) => ({ subject: `approver ${name}`, groups })),
  });
  return {
    what: `ask for it (\`inland request ${target.name} --login ${target.login}${operation.kind === 'connect' ? '' : ` --op ${operation.kind}`}${breakGlass ? ' --break-glass' : ''} --reason "…"\`) and have it approved`,
    about: 'approval',
    change: (access) => ({
      ...access,
      approvals: [...(access.approvals ?? []), request('connect'), request(operation.kind)],
    }),
  };
}

/** The next hours of a week, where it is the hour that is wrong. */
function nextHours({ time }: DecisionInput): Candidate[] {
  return Array.from({ length: 7 * 24 }, (_, hour) => {
    const at = new Date(Math.ceil(Date.parse(time) / 3_600_000) * 3_600_000 + hour * 3_600_000).toISOString();
    return { what: `come at ${at.slice(0, 16)}Z`, about: 'time', change: (access) => ({ ...access, time: at }) };
  });
}
