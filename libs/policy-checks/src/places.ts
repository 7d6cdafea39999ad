import type { PolicyData } from '@inland/residency';

/** Places as the engine has them: countries with their subdivisions, and regions. */
export type Places = NonNullable<PolicyData['policies'][string]['require']['target']>;

/** The country and the subdivision that a region is in. */
export type Areas = (region: string) => readonly string[];

/** Areas of regions, as the rules have them. */
export function areasOf({ regions, subdivisions }: Pick<PolicyData, 'regions' | 'subdivisions'>): Areas {
  return (region) => [regions[region], subdivisions[region]].filter((area) => area !== undefined);
}

/** Whether a region is one of the places. */
export const holds = ({ regions, countries }: Places, region: string, areas: Areas): boolean =>
  regions[region] === true || areas(region).some((area) => countries[area]);

/** Whether a country or subdivision is among these, itself or by its country. */
const among = (area: string, { countries }: Places): boolean =>
  countries[area] === true || countries[area.split('-')[0] ?? ''] === true;

/** Whether all of these places are among the others. */
export function within(inner: Places, outer: Places, areas: Areas): boolean {
  return (
    Object.keys(inner.countries).every((area) => among(area, outer)) &&
    Object.keys(inner.regions).every((region) => holds(outer, region, areas))
  );
}

/** Whether some place is in both. */
export function overlap(one: Places, other: Places, areas: Areas): boolean {
  const partly = (these: Places, those: Places): boolean =>
    Object.keys(these.countries).some((area) => among(area, those)) ||
    Object.keys(these.regions).some((region) => holds(those, region, areas));
  return partly(one, other) || partly(other, one);
}
