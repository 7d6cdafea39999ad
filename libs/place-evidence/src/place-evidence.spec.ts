import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { AddressEvidence } from './address-evidence.ts';
import { AddressResolver } from './address-resolver.ts';
import { CloudRanges } from './cloud-ranges.ts';
import { openCountryDatabase } from './country-database.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inland-places-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

describe('the country database that comes with Inland', () => {
  const database = openCountryDatabase();
  it('knows where well-known addresses are, and says which edition it is', () => {
    expect(database.countryOf('193.99.144.80')).toBe('DE');
    expect(database.countryOf('::ffff:193.99.144.80')).toBe('DE');
    expect(database.countryOf('8.8.8.8')).toBe('US');
    expect(database.countryOf('2a00:1450:4001:82b::200e')).not.toBeNull();
    expect(database.edition).toMatch(/\d{4}-\d\d-\d\d \(sha256 [0-9a-f]{12}\)$/);
  });
  it.each(['10.1.2.3', '127.0.0.1', '::1', 'fd00::1', '100.64.0.1', '169.254.1.1', '0.0.0.0', 'no address', ''])(
    'does not know %s',
    (address) => expect(database.countryOf(address)).toBeNull(),
  );
  it('takes any address there is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const country = database.countryOf(address);
        expect(country === null || /^[A-Z]{2}$/.test(country)).toBe(true);
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });
  it('is refused where it is none', () => {
    expect(() => openCountryDatabase(file('x.mmdb', 'not a database'))).toThrow('must be an MMDB file');
    expect(() => openCountryDatabase(join(folder, 'absent.mmdb'))).toThrow('cannot be read');
  });
});

describe('published ranges', () => {
  const awsRanges = {
    createDate: '2026-11-01-00-00-00',
    prefixes: [
      { ip_prefix: '3.120.0.0/14', region: 'eu-central-1', service: 'EC2' },
      { ip_prefix: '3.5.0.0/16', region: 'GLOBAL', service: 'AMAZON' },
    ],
    ipv6_prefixes: [{ ipv6_prefix: '2a05:d014::/36', region: 'eu-central-1', service: 'EC2' }],
  };
  const googleRanges = {
    creationTime: '2026-11-02T00:00:00',
    prefixes: [
      { ipv4Prefix: '34.89.128.0/17', scope: 'europe-west3' },
      { ipv6Prefix: '2600:1900:40d0::/44', scope: 'europe-west3' },
      { ipv4Prefix: '34.1.0.0/16', scope: 'global' },
    ],
  };
  const azureRanges = {
    changeNumber: 321,
    values: [
      { name: 'AzureCloud.germanywestcentral', properties: { addressPrefixes: ['20.52.0.0/16'] } },
      { name: 'Storage.WestEurope', properties: { addressPrefixes: ['20.60.0.0/16'] } },
    ],
  };
  const oracleRanges = {
    last_updated_timestamp: '2026-11-03T00:00:00',
    regions: [{ region: 'eu-frankfurt-1', cidrs: [{ cidr: '130.61.0.0/16', tags: ['OCI'] }] }],
  };

  it('of AWS, Google Cloud, Azure and Oracle tell the region', () => {
    const ranges = CloudRanges.read([
      file('ip-ranges.json', awsRanges),
      file('cloud.json', googleRanges),
      file('ServiceTags.json', azureRanges),
      file('oracle.json', oracleRanges),
    ]);
    const regionOf = (address: string): string | undefined => ranges.regionOf(address)?.region;
    expect(regionOf('3.121.7.8')).toBe('aws:eu-central-1');
    expect(regionOf('::ffff:3.121.7.8')).toBe('aws:eu-central-1');
    expect(regionOf('2a05:d014:0:1::1')).toBe('aws:eu-central-1');
    expect(regionOf('3.5.1.1')).toBeUndefined();
    expect(regionOf('34.89.200.1')).toBe('gcp:europe-west3');
    expect(regionOf('2600:1900:40d1::1')).toBe('gcp:europe-west3');
    expect(regionOf('20.52.9.9')).toBe('azure:germanywestcentral');
    expect(regionOf('20.60.9.9')).toBeUndefined();
    expect(regionOf('130.61.1.1')).toBe('oracle:eu-frankfurt-1');
    expect(regionOf('192.0.2.1')).toBeUndefined();
    expect(ranges.regionOf('3.121.7.8')?.source).toBe('ip-ranges.json of 2026-11-01-00-00-00');
  });
  it('count by the longest prefix, and not where two say different things of one', () => {
    const lines = '# own\n192.0.2.0/24, own:a\n192.0.2.128/25,own:b\n198.51.100.0/24,own:a\n198.51.100.0/24,own:b\n';
    const ranges = CloudRanges.read([file('own.csv', lines)]);
    expect(ranges.regionOf('192.0.2.1')?.region).toBe('own:a');
    expect(ranges.regionOf('192.0.2.200')?.region).toBe('own:b');
    expect(ranges.regionOf('198.51.100.1')).toBeNull();
    expect(ranges.regionOf('rubbish')).toBeNull();
  });
  it('are refused where they are none', () => {
    expect(() => CloudRanges.read([file('a.json', '{"x": 1}')])).toThrow('is no file of address ranges');
    expect(() => CloudRanges.read([file('b.csv', '192.0.2.0/24')])).toThrow('no line of cidr,region');
    expect(() => CloudRanges.read([file('c.csv', '192.0.2.0,own:a')])).toThrow('is no range');
    expect(() => CloudRanges.read([join(folder, 'absent')])).toThrow('cannot be read');
  });
  it('say more than a database of countries', () => {
    const evidence = new AddressEvidence(
      CloudRanges.read([file('own2.csv', '8.8.8.0/24,own:x')]),
      openCountryDatabase(),
    );
    expect(evidence.of('8.8.8.8')).toEqual({ region: 'own:x', country: null, source: 'own2.csv' });
    expect(evidence.of('193.99.144.80')).toMatchObject({ region: null, country: 'DE' });
    expect(evidence.of('10.0.0.1')).toEqual({ region: null, country: null, source: '' });
  });
});

describe('names', () => {
  it('are the addresses that they stand for; an address is itself', async () => {
    const resolver = new AddressResolver(1_000);
    expect(await resolver.resolve('192.0.2.9')).toEqual(['192.0.2.9']);
    expect(await resolver.resolve('localhost')).toContain('127.0.0.1');
    expect(await resolver.resolve('no-such-name.invalid')).toEqual([]);
  });
});
