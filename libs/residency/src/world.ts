import type { ControlEvent } from '@inland/events';
import { canonicalJson } from './canonical-json.ts';
import { parseResource } from './resources/parse-resources.ts';
import type { Resource, ResourceKind, ResourceOf } from './resources/resource.ts';

/** Every resource there is, by `Kind/name`, with how often it changed. A fold over control events. */
export interface World {
  readonly resources: ReadonlyMap<
    string,
    { readonly resource: Resource; readonly generation: number; readonly source?: ResourceSource }
  >;
}

/** Where a resource was written. */
export interface ResourceSource {
  readonly file: string;
  /** The line of each part, by its path, such as `spec.require.client`; of the whole: the empty path. From 1. */
  readonly lines: Readonly<Record<string, number>>;
}

export const emptyWorld: World = { resources: new Map() };

/** The world after an event. Events that are not about resources change nothing. */
export function evolveWorld(world: World, event: ControlEvent): World {
  if (event.name === 'ResourceApplied') {
    const { kind, name, resourceJson, sourceJson, generation } = event.data;
    const resources = new Map(world.resources);
    resources.set(`${kind}/${name}`, {
      resource: completed(JSON.parse(resourceJson)),
      generation: Number(generation),
      ...(sourceJson === '' ? {} : { source: JSON.parse(sourceJson) as ResourceSource }),
    });
    return { resources };
  }
  if (event.name === 'ResourceDeleted') {
    const resources = new Map(world.resources);
    resources.delete(`${event.data.kind}/${event.data.name}`);
    return { resources };
  }
  return world;
}

/** With what its kind says since it was written, as it is by default. */
function completed(value: unknown): Resource {
  const parsed = parseResource(value);
  return parsed.kind === 'resource' ? parsed.resource : (value as Resource);
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
