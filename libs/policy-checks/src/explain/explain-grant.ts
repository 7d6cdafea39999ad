import { resourceNamed, type DecisionInput, type DecisionResult, type PolicyData, type World } from '@inland/residency';
import { all, type ExplainNode } from './explain-node.ts';
import { lineAt } from './line-at.ts';

/** What one grant gives, and where that ends for this access. */
export function explainGrant(
  world: World,
  data: PolicyData,
  name: string,
  { input, reasons }: { readonly input: DecisionInput; readonly reasons: DecisionResult['reasons'] },
): ExplainNode {
  const full = `AccessGrant/${name}`;
  const grant = data.grants[name];
  const spec = resourceNamed(world, 'AccessGrant', name)?.spec;
  if (grant === undefined || spec === undefined) return { what: `${full} is there`, holds: false, rule: full };
  const { subject, groups } = input.principal;
  const at = (path: string): Pick<ExplainNode, 'rule' | 'at'> => ({ rule: full, ...lineAt(world, full, path) });
  const forWhom = [...spec.subjects.people, ...spec.subjects.groups.map((group) => `group ${group}`)].join(', ');
  const isFor = grant.people[subject] === true || groups.some((group) => grant.groups[group]);
  const lacks = (code: string): boolean => reasons.some((reason) => reason.code === code && reason.rule === full);
  const nodes: ExplainNode[] = [
    {
      what: `${subject} (${groups.join(', ') || 'no groups'}) is among ${forWhom || 'nobody'}`,
      holds: isFor,
      ...at('spec.subjects'),
    },
    {
      what: `login ${input.target.login} is among ${spec.logins.join(', ')}`,
      holds: grant.logins[input.target.login] === true,
      ...at('spec.logins'),
    },
    {
      what: `${operationText(input)} is among ${spec.operations.join(', ')}`,
      holds: gives(grant.operations, input),
      ...at('spec.operations'),
    },
  ];
  if (grant.timely && (spec.when !== undefined || spec.until !== undefined || spec.notBefore !== undefined))
    nodes.push({ what: `${input.time} is when it holds`, holds: holdsThen(grant, input), ...at('spec.when') });
  if (spec.approval !== undefined) {
    // Where something else stands against the access, nobody looked at the approval.
    const lacking = lacks('approval_required') || lacks('break_glass_required');
    const rests = reasons.some(({ code, rule }) => code === 'allowed' && rule === full);
    nodes.push({
      what: `${spec.approval.approvers} of ${spec.approval.by.join(' or ')} approved it`,
      holds: rests ? true : lacking ? false : null,
      ...at('spec.approval'),
    });
  }
  return all(`${full} grants it`, nodes, at('spec'));
}

function operationText({ operation: { kind, effects } }: DecisionInput): string {
  if (effects === null) return `${kind}, of which it is not known what it does,`;
  return effects === undefined || effects.length === 0 ? kind : `${kind} (${effects.join(', ')})`;
}

const namedOnly = /^(ssh\.forward-.*|postgres\.replication)$/;

/** By name, or by one of its effects: other grants may give the others. */
function gives(operations: Readonly<Record<string, true>>, { operation: { kind, effects } }: DecisionInput): boolean {
  if (operations[kind]) return true;
  if (namedOnly.test(kind)) return false;
  if (operations['*'] || operations[`${kind.split('.')[0]}.*`]) return true;
  return Array.isArray(effects) && effects.some((effect) => operations[`postgres.${effect}`]);
}

function holdsThen(grant: PolicyData['grants'][string], { time, moments = {} }: DecisionInput): boolean {
  if (grant.notBefore !== undefined && time < grant.notBefore) return false;
  if (grant.until !== undefined && time >= grant.until) return false;
  return (
    grant.when === undefined ||
    grant.when.some(({ zone, days, from, to }) => {
      const moment = moments[zone];
      return moment !== undefined && days[moment.day] === true && from <= moment.minute && moment.minute < to;
    })
  );
}
