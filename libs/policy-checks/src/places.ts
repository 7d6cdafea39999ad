import type { PolicyData } from '@inland/residency';

/** Places as the engine has them: countries, and regions. */
export type Places = NonNullable<PolicyData['policies'][string]['require']['target']>;

/** Whether a region, in its country, is one of the places. */
export const holds = ({ regions, countries }: Places, region: string, country: string): boolean =>
  regions[region] === true || countries[country] === true;

/** Whether all of these places are among the others. `countryOf`: of each region. */
export function within(inner: Places, outer: Places, countryOf: Readonly<Record<string, string>>): boolean {
  return (
    Object.keys(inner.countries).every((country) => outer.countries[country]) &&
    Object.keys(inner.regions).every((region) => holds(outer, region, countryOf[region] ?? ''))
  );
}

/** Whether some place is in both. */
export function overlap(one: Places, other: Places, countryOf: Readonly<Record<string, string>>): boolean {
  return (
    Object.keys(one.countries).some(
      (country) =>
        other.countries[country] || Object.keys(other.regions).some((region) => countryOf[region] === country),
    ) || Object.keys(one.regions).some((region) => holds(other, region, countryOf[region] ?? ''))
  );
}
