import type { ControlEvent } from '@inland/events';

/** One resource that a version changed. */
export interface ChangedResource {
  readonly kind: string;
  readonly name: string;
  readonly how: 'applied' | 'deleted';
}

/** The rules as somebody left them. */
export interface RuleVersion {
  /** From 1. */
  readonly version: number;
  /** The id of the change. */
  readonly change: string;
  /** RFC 3339. */
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly approvers: readonly string[];
  /** The version that it goes back to. */
  readonly rolledBackTo?: number;
  readonly resources: readonly ChangedResource[];
}

/** A change that waits for another person's approval. */
export interface ProposedChange {
  readonly change: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
  /** What is to be applied and deleted, as it was proposed. */
  readonly changesJson: string;
}

export interface RuleChanges {
  readonly versions: readonly RuleVersion[];
  /** By id. */
  readonly proposed: ReadonlyMap<string, ProposedChange>;
}

export const emptyRuleChanges: RuleChanges = { versions: [], proposed: new Map() };

/** The changes after an event that was written at `time` (RFC 3339). Events about other things change nothing. */
export function evolveRuleChanges(changes: RuleChanges, event: ControlEvent, time: string): RuleChanges {
  const { versions, proposed } = changes;
  switch (event.name) {
    case 'RulesChanged': {
      const { change, actor, reason, approvers, rolledBackTo } = event.data;
      const stated = { version: versions.length + 1, change, at: time, actor, reason, approvers: [...approvers] };
      const back = rolledBackTo === '' ? {} : { rolledBackTo: Number(rolledBackTo) };
      return { proposed: without(proposed, change), versions: [...versions, { ...stated, ...back, resources: [] }] };
    }
    case 'ResourceApplied':
    case 'ResourceDeleted': {
      const { change, kind, name } = event.data;
      const last = versions.at(-1);
      if (change === '' || last?.change !== change) return changes;
      const how = event.name === 'ResourceApplied' ? 'applied' : 'deleted';
      const extended = { ...last, resources: [...last.resources, { kind, name, how } as const] };
      return { proposed, versions: [...versions.slice(0, -1), extended] };
    }
    case 'ChangeProposed': {
      const { change, actor, reason, changesJson } = event.data;
      return { versions, proposed: new Map(proposed).set(change, { change, actor, reason, at: time, changesJson }) };
    }
    case 'ChangeRejected':
      return { versions, proposed: without(proposed, event.data.change) };
    default:
      return changes;
  }
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
