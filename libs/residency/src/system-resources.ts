import { commonJurisdictions } from './places/jurisdictions.ts';
import { cloudRegions } from './places/regions.ts';
import { parseResource } from './resources/parse-resources.ts';
import type { Resource } from './resources/resource.ts';

/**
 * What Inland knows of the world before an operator says anything: regions of public clouds (places/regions.csv has
 * their source and date), and the common jurisdictions. A region that is not here is unknown until somebody adds it.
 */
export function systemResources(): Resource[] {
  const stated = (kind: string, name: string, spec: object): Resource => {
    const result = parseResource({ apiVersion: 'inland/v1', kind, metadata: { name }, spec });
    if (result.kind === 'problems') throw new Error(`${kind}/${name} is no resource`);
    return result.resource;
  };
  return [
    ...cloudRegions.map(([name, country, city, subdivision]) => {
      const place = { country, city, ...(subdivision === undefined ? {} : { subdivision }) };
      return stated('Region', name, { ...place, provider: name.split(':')[0] });
    }),
    ...Object.entries(commonJurisdictions).map(([name, spec]) => stated('Jurisdiction', name, spec)),
  ];
}
