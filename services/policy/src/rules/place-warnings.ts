import { resourceNamed, type Resource, type World } from '@inland/residency';

/** Names of places that nothing explains: such a name stands for nowhere, so everything it bounds is refused. */
export function placeWarnings(world: World, applied: readonly Resource[]): string[] {
  const isThere = (kind: 'Region' | 'Jurisdiction', name: string): boolean =>
    resourceNamed(world, kind, name) !== undefined ||
    applied.some((resource) => resource.kind === kind && resource.metadata.name === name);
  return applied.flatMap((resource) => {
    const full = `${resource.kind}/${resource.metadata.name}`;
    switch (resource.kind) {
      case 'Target':
      case 'Destination':
        return isThere('Region', resource.spec.region)
          ? []
          : [
              `${full}: the region ${resource.spec.region} is not known; access is refused until it is added as a Region`,
            ];
      case 'Jurisdiction':
        return resource.spec.includes
          .filter((name) => !isThere('Jurisdiction', name))
          .map((name) => `${full}: includes ${name}, which is no Jurisdiction`);
      case 'ResidencyPolicy':
        return Object.entries(resource.spec.require).flatMap(([part, places]) =>
          (places?.within ?? [])
            .filter((name) => !/^[A-Z]{2}$/.test(name) && !isThere('Jurisdiction', name) && !isThere('Region', name))
            .map(
              (name) => `${full}: require.${part}.within names ${name}, which is no Jurisdiction, Region or country`,
            ),
        );
      default:
        return [];
    }
  });
}
