import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { regionsSource } from '../places/build.mjs';
import { policyData, resourcesOf, systemResources, type World } from './index.ts';

const resources = systemResources();
const world: World = {
  resources: new Map(
    resources.map((resource) => [`${resource.kind}/${resource.metadata.name}`, { resource, generation: 1 }]),
  ),
};
const regions = resourcesOf(world, 'Region');

describe('what Inland knows of the world by itself', () => {
  it('is written from regions.csv', () => {
    expect(readFileSync(new URL('./places/regions.ts', import.meta.url), 'utf8')).toBe(regionsSource());
  });

  it('names each place once, in a country that there is', () => {
    expect(world.resources.size).toBe(resources.length);
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    const countries = [
      ...regions.map(({ spec }) => spec.country),
      ...resourcesOf(world, 'Jurisdiction').flatMap(({ spec }) => spec.countries),
    ];
    expect(countries.filter((country) => names.of(country) === undefined)).toEqual([]);
  });

  it('has regions of eight clouds', () => {
    const providers = new Set(regions.map(({ spec }) => spec.provider));
    expect([...providers].sort()).toEqual(
      ['alibaba', 'aws', 'azure', 'gcp', 'hetzner', 'oracle', 'ovh', 'scaleway'].sort(),
    );
    const countryOf = policyData(world).regions;
    expect(countryOf).toMatchObject({
      'aws:eu-central-1': 'DE',
      'aws:us-east-1': 'US',
      'azure:westeurope': 'NL',
      'gcp:europe-west6': 'CH',
      'hetzner:fsn1': 'DE',
      'ovh:gra': 'FR',
      'oracle:eu-jovanovac-1': 'RS',
      'alibaba:cn-hongkong': 'HK',
      'scaleway:nl-ams': 'NL',
    });
  });

  it('has jurisdictions that include others, each of them known', () => {
    const jurisdictions = resourcesOf(world, 'Jurisdiction');
    const names = jurisdictions.map(({ metadata }) => metadata.name);
    expect(jurisdictions.flatMap(({ spec }) => spec.includes).filter((name) => !names.includes(name))).toEqual([]);
    const of = (name: string) => jurisdictions.find(({ metadata }) => metadata.name === name)?.spec.countries ?? [];
    expect(of('EU')).toHaveLength(27);
    expect(of('GDPR-adequacy')).not.toContain('US');
  });
});
