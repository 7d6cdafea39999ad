import { systemResources, type Resource, type World } from '@inland/residency';

/** The world that Inland starts with, and these resources on top, of which the last of one name counts. */
export function worldWith(resources: readonly Resource[]): World {
  const all = [...systemResources(), ...resources];
  return {
    resources: new Map(
      all.map((resource) => [`${resource.kind}/${resource.metadata.name}`, { resource, generation: 1 }]),
    ),
  };
}
