import { endOf, resourceNamed, type DecisionInput, type PolicyData, type SpecOf, type World } from '@inland/residency';
import { all, type ExplainNode } from './explain-node.ts';
import { lineAt } from './line-at.ts';

type Part = keyof SpecOf<'ResidencyPolicy'>['require'];
type Rule = PolicyData['policies'][string];
type Places = NonNullable<Rule['require'][Part]>;

/** Where one part of an access is. */
interface Placed {
  readonly part: Part;
  /** As it is said: `aws:eu-central-1 (DE)`. */
  readonly said: string;
  readonly isIn: (within: Places) => boolean;
  readonly known: boolean;
}

/** What one policy compares, with what it finds. Undefined where it does not cover this person. */
export function explainPolicy(
  world: World,
  data: PolicyData,
  name: string,
  input: DecisionInput,
): ExplainNode | undefined {
  const rule = data.policies[name];
  const spec = resourceNamed(world, 'ResidencyPolicy', name)?.spec;
  if (rule === undefined || spec === undefined || !appliesTo(rule, input)) return undefined;
  const full = `ResidencyPolicy/${name}`;
  const at = (path: string): Pick<ExplainNode, 'rule' | 'at'> => ({ rule: full, ...lineAt(world, full, path) });
  const parts = placedParts(data, input).flatMap((placed): ExplainNode[] => {
    const key = placed.part === 'destination' && spec.require.destination === undefined ? 'target' : placed.part;
    const within = rule.require[key];
    if (within === undefined) return [];
    const names = spec.require[key]?.within.join(' or ') ?? '';
    const found = placed.isIn(within);
    const exception = found ? undefined : exceptionFor(rule, spec, placed, input);
    const code = placed.known ? `residency_${placed.part}_outside` : `residency_${placed.part}_unknown`;
    return [
      {
        what: `${placed.part} ${placed.said} is within ${names}${exception === undefined ? '' : `: no, but exception ${exception.name} holds until ${exception.until} (${exception.legalBasis}; ${exception.approver})`}`,
        holds: found || exception !== undefined,
        ...(found || exception !== undefined ? {} : { code }),
        ...at(exception === undefined ? `spec.require.${key}` : `spec.exceptions.${exception.index}`),
      },
    ];
  });
  const audit = spec.enforce === 'audit';
  return all(`${full} holds${audit ? ' (it audits only, and refuses nothing)' : ''}`, parts, {
    ...at('spec'),
    ...(audit ? { holds: null } : {}),
  });
}

function appliesTo(
  { everybody, groups, people }: Pick<Rule, 'everybody' | 'groups' | 'people'>,
  { principal }: DecisionInput,
): boolean {
  return (
    everybody === true ||
    people?.[principal.subject] === true ||
    principal.groups.some((group) => groups?.[group] === true)
  );
}

function exceptionFor(
  rule: Rule,
  spec: SpecOf<'ResidencyPolicy'>,
  { part, isIn, known }: Placed,
  input: DecisionInput,
) {
  const index = (rule.exceptions ?? []).findIndex(
    (one) => known && one.parts[part] && input.time < one.until && appliesTo(one, input) && isIn(one.within),
  );
  const stated = spec.exceptions[index];
  return stated === undefined ? undefined : { ...stated, index, until: endOf(stated.until) };
}

/** Where each part of this access is, in the order in which a person thinks of them. */
function placedParts(data: PolicyData, input: DecisionInput): Placed[] {
  const inRegion = (part: Part, region: string): Placed => {
    const country = data.regions[region];
    const subdivision = data.subdivisions[region];
    return {
      part,
      said: `${region} (${subdivision ?? country ?? 'unknown'})`,
      known: country !== undefined,
      isIn: ({ regions, countries }) =>
        regions[region] === true ||
        (country !== undefined && countries[country] === true) ||
        (subdivision !== undefined && countries[subdivision] === true),
    };
  };
  const { country, subdivision } = input.client;
  const viewing = input.operation.kind === 'recording.view';
  const person: Placed = {
    part: viewing ? 'viewer' : 'client',
    said: subdivision ?? country ?? 'unknown',
    known: country !== null,
    isIn: ({ countries }) =>
      (country !== null && countries[country] === true) ||
      (subdivision !== undefined && countries[subdivision] === true),
  };
  if (viewing) return [person];
  const target = data.targets[input.target.name]?.region ?? '';
  const { destination, destinations = [] } = input.operation;
  return [
    person,
    inRegion('gateway', input.gateway.region),
    inRegion('agent', input.agent?.region ?? input.gateway.region),
    inRegion('target', target),
    ...[...new Set(Object.values(input.record))].sort().map((region) => inRegion('record', region)),
    ...(destination === undefined ? [] : [inRegion('destination', destination.region ?? destination.host)]),
    ...destinations
      .filter(({ region, country: only }) => region !== null || only !== undefined)
      .map(({ host, region, country: only }): Placed => {
        if (region !== null) return { ...inRegion('destination', region), said: `${host}, ${region}` };
        return {
          part: 'destination',
          said: `${host}, ${only ?? ''}`,
          known: true,
          isIn: ({ countries }) => only !== undefined && countries[only] === true,
        };
      }),
  ];
}
