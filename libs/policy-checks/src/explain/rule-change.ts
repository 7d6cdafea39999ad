import {
  parseResource,
  type DecisionInput,
  type DecisionReason,
  type PolicyEngine,
  type Resource,
  type World,
} from '@inland/residency';

/** So often something else may stand against it. */
const roundsMax = 5;

type Part = 'client' | 'gateway' | 'agent' | 'target' | 'record' | 'viewer' | 'destination';

/**
 * What would have to be stated for a refusal to turn: exceptions and a grant, tried on an engine of its own (its world is
 * changed). For an operator to judge; empty where that alone would not turn it.
 */
export function ruleChanges(scratch: PolicyEngine, world: World, input: DecisionInput): readonly string[] {
  const { moments: _then, ...plain } = input;
  const said: string[] = [];
  let changed = world;
  for (let round = 0; round < roundsMax; round += 1) {
    scratch.setWorld(changed);
    const { outcome, reasons } = scratch.decide(plain);
    if (outcome === 'allowed') return said;
    for (const reason of reasons) {
      const change = changeFor(changed, reason, plain);
      if (change === undefined) return [];
      said.push(change.what);
      changed = change.world;
    }
  }
  return [];
}

function changeFor(
  world: World,
  { code, rule }: DecisionReason,
  input: DecisionInput,
): { readonly what: string; readonly world: World } | undefined {
  const { subject } = input.principal;
  const [, part] = /^residency_(client|gateway|agent|target|record|viewer|destination)_outside$/.exec(code) ?? [];
  if (part !== undefined) {
    const places = placesOf(part as Part, input, world);
    const policy = world.resources.get(rule)?.resource;
    if (policy?.kind !== 'ResidencyPolicy' || places.length === 0) return undefined;
    const exception = {
      name: `as-if-${policy.spec.exceptions.length}`,
      parts: [part as Part],
      within: [...places],
      for: { people: [subject] },
      legalBasis: 'as if',
      approver: 'nobody',
      until: '9999-12-31',
    };
    const excepted: Resource = {
      ...policy,
      spec: { ...policy.spec, exceptions: [...policy.spec.exceptions, exception] },
    };
    return {
      what: `an exception of ${rule} for the ${part} in ${places.join(', ')}`,
      world: withResource(world, excepted),
    };
  }
  if (!['grant_missing', 'grant_login', 'grant_operation'].includes(code)) return undefined;
  const { name, login } = input.target;
  const { kind } = input.operation;
  const grant = parseResource({
    apiVersion: 'inland/v1',
    kind: 'AccessGrant',
    metadata: { name: 'as-if' },
    spec: {
      subjects: { people: [subject] },
      targets: { names: [name] },
      logins: [login],
      operations: [...new Set(['connect', kind])],
    },
  });
  if (grant.kind === 'problems') return undefined;
  const operations = kind === 'connect' ? 'connect' : `connect and ${kind}`;
  return {
    what: `an AccessGrant for ${subject} at ${name} as ${login}: ${operations}`,
    world: withResource(world, grant.resource),
  };
}

function placesOf(part: Part, input: DecisionInput, world: World): readonly string[] {
  switch (part) {
    case 'client':
    case 'viewer':
      return input.client.country === null ? [] : [input.client.country];
    case 'gateway':
      return [input.gateway.region];
    case 'agent':
      return [input.agent?.region ?? input.gateway.region];
    case 'record':
      return [...new Set(Object.values(input.record))];
    case 'target': {
      const target = world.resources.get(`Target/${input.target.name}`)?.resource;
      return target?.kind === 'Target' ? [target.spec.region] : [];
    }
    case 'destination': {
      const { destination, destinations = [] } = input.operation;
      const all = [destination?.region, ...destinations.map(({ region, country }) => region ?? country)];
      return [...new Set(all.filter((one) => one !== undefined && one !== null))];
    }
  }
}

function withResource(world: World, resource: Resource): World {
  const resources = new Map(world.resources);
  resources.set(`${resource.kind}/${resource.metadata.name}`, { resource, generation: 1 });
  return { resources };
}
