import { policyData, resourceNamed, type DecisionInput, type DecisionResult, type World } from '@inland/residency';
import { explainGrant } from './explain-grant.ts';
import { all, type ExplainNode } from './explain-node.ts';
import { explainPolicy } from './explain-policy.ts';
import { lineAt } from './line-at.ts';

/** Who is told. */
export interface ExplainedTo {
  /** Of grants: only those for who asked for access. Those of others name people. */
  readonly ownGrantsOnly?: boolean;
}

/**
 * What was compared with what for a decision: the tree. It is made from the rules beside the engine; every reason of the
 * decision is in it.
 */
export function explainDecision(
  world: World,
  decision: DecisionResult,
  { ownGrantsOnly = false }: ExplainedTo = {},
): ExplainNode {
  const input = JSON.parse(decision.inputJson) as DecisionInput;
  const data = policyData(world);
  const { reasons } = decision;
  const about = data.targets[input.target.name];
  const viewing = input.operation.kind === 'recording.view';
  const policies = (about?.policies ?? []).flatMap((name) => explainPolicy(world, data, name, input) ?? []);
  const { subject, groups } = input.principal;
  const isOwn = (name: string): boolean =>
    data.grants[name]?.people[subject] === true || groups.some((group) => data.grants[name]?.groups[group]);
  const grants = (about?.grants ?? [])
    .filter((name) => !ownGrantsOnly || isOwn(name))
    .map((name) => explainGrant(world, data, name, { input, reasons }));
  const known = all('everything is known', [
    targetNode(world, input),
    ...regionNodes(world, input),
    ...evidenceNodes(world, input, reasons),
  ]);
  const residency: ExplainNode = {
    ...all('every residency rule that covers it holds', policies),
    ...(policies.some(({ holds }) => holds !== null) || viewing
      ? {}
      : { holds: false, code: 'residency_uncovered', what: 'some residency rule covers it' }),
  };
  const granted: ExplainNode = {
    what: 'some grant gives it',
    holds: grants.some(({ holds }) => holds === true),
    parts: grants,
  };
  const tree = all(
    `${input.principal.subject} may ${input.operation.kind} as ${input.target.login} at ${input.target.name}`,
    [known, residency, ...(viewing ? [] : [granted])],
  );
  return { ...withRest(tree, reasons), holds: decision.outcome === 'allowed' };
}

function targetNode(world: World, { target }: DecisionInput): ExplainNode {
  const full = `Target/${target.name}`;
  const spec = resourceNamed(world, 'Target', target.name)?.spec;
  if (spec === undefined) return { what: `${full} is there`, holds: false, code: 'target_unknown' };
  const isSpoken = spec.protocol === target.protocol;
  return {
    what: `${full} (${spec.dataClasses.join(', ')}, ${spec.region}) is reached by ${target.protocol}`,
    holds: isSpoken,
    rule: full,
    ...lineAt(world, full, 'spec.region'),
    ...(isSpoken ? {} : { code: 'target_protocol' }),
  };
}

function regionNodes(world: World, { gateway, agent, record, target, client }: DecisionInput): ExplainNode[] {
  const stated = resourceNamed(world, 'Target', target.name)?.spec.region;
  const regions = new Map([
    ['gateway', gateway.region],
    ...(agent === undefined ? [] : ([['agent', agent.region]] as const)),
    ...(stated === undefined ? [] : ([['target', stated]] as const)),
    ...Object.entries(record).map(([part, region]) => [`record (${part})`, region] as const),
  ]);
  const nodes = [...regions].map(([part, region]): ExplainNode => {
    const spec = resourceNamed(world, 'Region', region)?.spec;
    const full = `Region/${region}`;
    if (spec === undefined)
      return { what: `the region ${region} of the ${part} is known`, holds: false, code: 'region_unknown' };
    const place = [spec.city, spec.subdivision ?? spec.country].filter((one) => one !== undefined).join(', ');
    return { what: `${part} is in ${region}: ${place}`, holds: true, rule: full, ...lineAt(world, full, 'spec') };
  });
  const place = client.subdivision ?? client.country;
  const evidence = client.network === null ? client.source : `network ${client.network}`;
  nodes.push({
    what: place === null ? 'where the client is, is not known' : `client is in ${place}`,
    holds: null,
    ...(evidence === undefined ? {} : { evidence }),
  });
  return nodes;
}

function evidenceNodes(world: World, { target }: DecisionInput, reasons: DecisionResult['reasons']): ExplainNode[] {
  const { evidence } = target;
  if (evidence === undefined) return [];
  const contradicted = reasons.some(({ code }) => code === 'region_contradicted');
  const full = `Target/${target.name}`;
  return [
    {
      what: `${evidence.address} is seen in ${evidence.region ?? evidence.country ?? 'an unknown place'}, and does not contradict what is declared`,
      holds: !contradicted,
      rule: full,
      ...lineAt(world, full, 'spec.region'),
      ...(evidence.source === '' ? {} : { evidence: evidence.source }),
      ...(contradicted ? { code: 'region_contradicted' } : {}),
    },
  ];
}

/** Reasons that are about a command or an approval stand beside the places: as the decision says them. */
function withRest(tree: ExplainNode, reasons: DecisionResult['reasons']): ExplainNode {
  const shown = new Set<string>();
  const collect = ({ code, rule = '', parts = [] }: ExplainNode): void => {
    if (code !== undefined) shown.add(`${code} ${rule.startsWith('ResidencyPolicy/') ? rule : ''}`);
    parts.forEach(collect);
  };
  collect(tree);
  const rest = reasons.filter(
    ({ code, rule }) => code !== 'allowed' && !shown.has(`${code} ${rule.startsWith('ResidencyPolicy/') ? rule : ''}`),
  );
  if (rest.length === 0) return tree;
  const nodes = rest.map(({ code, rule, message }): ExplainNode => ({
    what: message,
    holds: false,
    code,
    ...(rule === '' ? {} : { rule }),
  }));
  return { ...tree, parts: [...(tree.parts ?? []), all('nothing else stands against it', nodes)] };
}
