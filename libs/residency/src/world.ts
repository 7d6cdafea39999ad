import type { ControlEvent } from '@inland/events';
import { canonicalJson } from './canonical-json.ts';
import type { Resource, ResourceKind, ResourceOf } from './resources/resource.ts';

/** Every resource there is, by `Kind/name`, with how often it changed. A fold over control events. */
export interface World {
  readonly resources: ReadonlyMap<string, { readonly resource: Resource; readonly generation: number }>;
}

export const emptyWorld: World = { resources: new Map() };

/** The world after an event. Events that are not about resources change nothing. */
export function evolveWorld(world: World, event: ControlEvent): World {
  if (event.name === 'ResourceApplied') {
    const resource = JSON.parse(event.data.resourceJson) as Resource;
    const resources = new Map(world.resources);
    resources.set(`${event.data.kind}/${event.data.name}`, { resource, generation: Number(event.data.generation) });
    return { resources };
  }
  if (event.name === 'ResourceDeleted') {
    const resources = new Map(world.resources);
    resources.delete(`${event.data.kind}/${event.data.name}`);
    return { resources };
  }
  return world;
}

/** All resources of a kind, by name. */
export function resourcesOf<Kind extends ResourceKind>(world: World, kind: Kind): ResourceOf<Kind>[] {
  return [...world.resources.values()]
    .map(({ resource }) => resource)
    .filter((resource): resource is Resource & ResourceOf<Kind> => resource.kind === kind)
    .sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
}

export function resourceNamed<Kind extends ResourceKind>(
  world: World,
  kind: Kind,
  name: string,
): ResourceOf<Kind> | undefined {
  return world.resources.get(`${kind}/${name}`)?.resource as ResourceOf<Kind> | undefined;
}

/** A change that `apply` would make. */
export interface ResourceChange {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly change: 'created' | 'changed' | 'unchanged';
  readonly before: Resource | null;
  readonly after: Resource;
  readonly generation: number;
}

/** What applying these resources would change. Order does not matter; an unchanged resource is named as such. */
export function diffResources(world: World, wanted: readonly Resource[]): ResourceChange[] {
  return wanted.map((after) => {
    const kept = world.resources.get(`${after.kind}/${after.metadata.name}`);
    const before = kept?.resource ?? null;
    const same = before !== null && canonicalJson(before) === canonicalJson(after);
    return {
      kind: after.kind,
      name: after.metadata.name,
      change: before === null ? 'created' : same ? 'unchanged' : 'changed',
      before,
      after,
      generation: (kept?.generation ?? 0) + (same ? 0 : 1),
    };
  });
}
