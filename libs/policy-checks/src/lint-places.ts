import { resourceNamed, resourcesOf, type World } from '@inland/residency';
import type { LintFinding } from './lint-finding.ts';

const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** Whether two letters are a country's of ISO 3166-1, as Unicode's data has it. */
const isCountry = (name: string): boolean => /^[A-Z]{2}$/.test(name) && countryNames.of(name) !== undefined;

/** Or one of its subdivisions, of which only the form is known. */
const isPlace = (name: string): boolean => isCountry(name.replace(/-[A-Z0-9]{1,3}$/, ''));

/** Names of places that stand for nowhere: a rule that needs them can never hold. */
export function lintPlaces(world: World): LintFinding[] {
  const known = (name: string): boolean =>
    resourceNamed(world, 'Jurisdiction', name) !== undefined ||
    resourceNamed(world, 'Region', name) !== undefined ||
    isPlace(name);
  const findings: LintFinding[] = [];
  const unknown = (resource: string, code: LintFinding['code'], message: string): void =>
    void findings.push({ level: 'error', code, resource, message });
  for (const { metadata, spec } of resourcesOf(world, 'ResidencyPolicy'))
    for (const [part, place] of Object.entries(spec.require))
      for (const name of place?.within ?? [])
        if (!known(name))
          unknown(
            `ResidencyPolicy/${metadata.name}`,
            'place_unknown',
            `require.${part} names ${name}, which is no jurisdiction, country or region, and stands for nowhere; add it, or mend the name.`,
          );
  for (const { metadata, spec } of resourcesOf(world, 'ResidencyPolicy'))
    for (const exception of spec.exceptions)
      for (const name of exception.within)
        if (!known(name))
          unknown(
            `ResidencyPolicy/${metadata.name}`,
            'place_unknown',
            `the exception ${exception.name} names ${name}, which is no jurisdiction, country or region, and stands for nowhere; add it, or mend the name.`,
          );
  for (const { metadata, spec } of resourcesOf(world, 'Jurisdiction')) {
    const resource = `Jurisdiction/${metadata.name}`;
    for (const name of spec.includes)
      if (resourceNamed(world, 'Jurisdiction', name) === undefined && !isPlace(name))
        unknown(resource, 'include_unknown', `it includes ${name}, which is no jurisdiction.`);
    for (const name of spec.countries)
      if (!isPlace(name)) unknown(resource, 'place_unknown', `${name} is no country of ISO 3166-1.`);
  }
  for (const kind of ['Target', 'Destination'] as const)
    for (const { metadata, spec } of resourcesOf(world, kind))
      if (resourceNamed(world, 'Region', spec.region) === undefined)
        unknown(
          `${kind}/${metadata.name}`,
          'region_unknown',
          `its region ${spec.region} is not known, so everything there is refused; add a Region of that name.`,
        );
  return findings;
}
