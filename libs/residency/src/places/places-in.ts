import { resourcesOf, type World } from '../world.ts';
import { flags, type Flags } from '../flags.ts';

/** Places as the Rego looks them up: any of the countries or their subdivisions (ISO 3166), or one of these regions. */
export interface Places {
  readonly countries: Flags;
  readonly regions: Flags;
}

/** Resolves names of jurisdictions (with all they include), regions and countries. A name that is none stands for nowhere. */
export function placesIn(world: World): (names: readonly string[]) => Places {
  const jurisdictions = new Map(resourcesOf(world, 'Jurisdiction').map(({ metadata, spec }) => [metadata.name, spec]));
  const regions = new Set(resourcesOf(world, 'Region').map(({ metadata }) => metadata.name));
  const countriesOf = (name: string, seen: Set<string>): string[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    const jurisdiction = jurisdictions.get(name);
    if (jurisdiction === undefined) return /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(name) ? [name] : [];
    return [...jurisdiction.countries, ...jurisdiction.includes.flatMap((included) => countriesOf(included, seen))];
  };
  return (names) => ({
    countries: flags(names.flatMap((name) => countriesOf(name, new Set()))),
    regions: flags(names.filter((name) => regions.has(name))),
  });
}
