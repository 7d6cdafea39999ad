import type { ControlEvent } from '@inland/events';
import { canonicalJson, emptyWorld, evolveWorld, type Resource, type World } from '@inland/residency';
import { emptyRuleChanges, evolveRuleChanges, type RuleChanges } from './rule-changes.ts';

interface TimedEvent {
  readonly event: ControlEvent;
  readonly time: string;
}

/** The world before and after a version; undefined where there is no such version. `events`: the whole control log. */
export function worldsOf(
  events: readonly TimedEvent[],
  version: number,
): { readonly before: World; readonly after: World } | undefined {
  let changes: RuleChanges = emptyRuleChanges;
  let world = emptyWorld;
  let before: World | undefined;
  let after: World | undefined;
  for (const { event, time } of events) {
    const next = evolveRuleChanges(changes, event, time);
    if (next.versions.length === version && changes.versions.length < version) before = world;
    world = evolveWorld(world, event);
    if (next.versions.length === version) {
      const belongs = next.versions !== changes.versions || after === undefined;
      if (belongs) after = world;
    }
    changes = next;
  }
  return before === undefined || after === undefined ? undefined : { before, after };
}

/** What goes back to a version: only what versions after it have changed is touched. */
export interface ChangesBack {
  readonly apply: readonly Resource[];
  readonly delete: readonly { readonly kind: string; readonly name: string }[];
}

/** Undefined where there is no such version. */
export function changesBack(events: readonly TimedEvent[], version: number): ChangesBack | undefined {
  const then = worldsOf(events, version)?.after;
  if (then === undefined) return undefined;
  const { versions } = events.reduce(
    (changes, { event, time }) => evolveRuleChanges(changes, event, time),
    emptyRuleChanges,
  );
  const now = events.reduce((world, { event }) => evolveWorld(world, event), emptyWorld);
  const touched = new Set(
    versions.slice(version).flatMap(({ resources }) => resources.map(({ kind, name }) => `${kind}/${name}`)),
  );
  const apply: Resource[] = [];
  const removed: { kind: string; name: string }[] = [];
  for (const full of [...touched].sort()) {
    const [was, is] = [then.resources.get(full)?.resource, now.resources.get(full)?.resource];
    if (was !== undefined && (is === undefined || canonicalJson(was) !== canonicalJson(is))) apply.push(was);
    if (was === undefined && is !== undefined) removed.push({ kind: is.kind, name: is.metadata.name });
  }
  return { apply, delete: removed };
}
