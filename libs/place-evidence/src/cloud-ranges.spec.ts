import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { AddressEvidence } from './address-evidence.ts';
import { CloudRanges } from './cloud-ranges.ts';
import { CountryDatabase } from './country-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'inland-ranges-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const group = 'eu-central-1';
const aws = {
  syncToken: '1793491200',
  createDate: '2026-11-01-00-00-00',
  prefixes: [
    { ip_prefix: '3.120.0.0/14', region: 'eu-central-1', service: 'AMAZON', network_border_group: group },
    { ip_prefix: '3.120.0.0/14', region: 'eu-central-1', service: 'EC2', network_border_group: group },
    { ip_prefix: '3.121.9.0/24', region: 'eu-central-1', service: 'EC2', network_border_group: 'eu-central-1-waw-1' },
    { ip_prefix: '3.122.0.0/16', region: 'eu-central-1', service: 'GLOBALACCELERATOR', network_border_group: group },
    { ip_prefix: '3.123.4.0/24', region: 'GLOBAL', service: 'CLOUDFRONT', network_border_group: 'GLOBAL' },
  ],
  ipv6_prefixes: [
    { ipv6_prefix: '2a05:d014::/36', region: 'eu-central-1', service: 'EC2', network_border_group: group },
  ],
};
const google = {
  syncToken: '1793577600000',
  creationTime: '2026-11-02T00:00:00.000000',
  prefixes: [
    { ipv4Prefix: '34.89.128.0/17', service: 'Google Cloud', scope: 'europe-west3' },
    { ipv6Prefix: '2600:1900:40d0::/44', service: 'Google Cloud', scope: 'europe-west3' },
    { ipv4Prefix: '34.89.200.0/24', service: 'Google Cloud', scope: 'global' },
  ],
};
const tag = (name: string, region: string, addressPrefixes: readonly string[]): object => ({
  name,
  id: name,
  properties: { changeNumber: 68, region, regionId: 71, platform: 'Azure', systemService: '', addressPrefixes },
});
const azure = {
  changeNumber: 321,
  cloud: 'Public',
  values: [
    tag('AzureCloud', '', ['20.52.64.0/21', '20.52.88.0/21', '2603:1020:c04::/47', '51.103.0.0/16']),
    tag('AzureCloud.germanywc', 'germanywc', ['20.52.64.0/21', '20.52.88.0/21', '2603:1020:c04::/47']),
    tag('AzureFrontDoor.Frontend', '', ['20.52.95.240/29']),
    tag('ActionGroup.GermanyWestCentral', 'germanywc', ['20.52.95.254/31']),
    tag('AzureCloud.centralfrance', 'centralfrance', ['51.103.0.0/17']),
    tag('Storage.WestEurope', 'westeurope', ['20.60.222.0/23']),
  ],
};
const oracle = {
  last_updated_timestamp: '2026-11-03T00:00:00.000000',
  regions: [
    { region: 'eu-frankfurt-1', cidrs: [{ cidr: '130.61.0.0/16', tags: ['OCI'] }] },
    { region: 'us-ashburn-1', cidrs: [{ cidr: '129.213.0.0/16', tags: ['OCI'] }] },
  ],
};

describe('published ranges', () => {
  const ranges = CloudRanges.from([
    file('cloud.json', google),
    file('ServiceTags_Public_20261102.json', azure),
    file('ip-ranges.json', aws),
    file('public_ip_ranges.json', oracle),
  ]);
  const regionOf = (address: string): string | undefined => ranges.regionOf(address)?.region;

  it.each([
    ['3.121.7.8', 'aws:eu-central-1'],
    ['::ffff:3.121.7.8', 'aws:eu-central-1'],
    ['3.120.0.0', 'aws:eu-central-1'],
    ['3.123.255.255', 'aws:eu-central-1'],
    ['2a05:d014:fff:ffff:ffff:ffff:ffff:ffff', 'aws:eu-central-1'],
    ['34.89.199.255', 'gcp:europe-west3'],
    ['2600:1900:40d1::1', 'gcp:europe-west3'],
    ['20.52.95.239', 'azure:germanywestcentral'],
    ['20.52.95.254', 'azure:germanywestcentral'], // narrower than Front Door's
    ['2603:1020:c05::1', 'azure:germanywestcentral'],
    ['51.103.1.1', 'azure:francecentral'],
    ['20.60.223.1', 'azure:westeurope'],
    ['130.61.1.1', 'oracle:eu-frankfurt-1'],
    ['129.213.1.1', 'oracle:us-ashburn-1'],
  ])('tell that %s is in %s', (address, region) => expect(regionOf(address)).toBe(region));

  it.each([
    ['3.119.255.255', 'nobody'],
    ['3.124.0.0', 'nobody'],
    ['3.121.9.1', 'a Local Zone in another country'],
    ['3.122.1.1', 'Global Accelerator'],
    ['3.123.4.1', 'CloudFront'],
    ['34.89.200.1', 'Google, nowhere'],
    ['20.52.95.241', 'Front Door'],
    ['51.103.200.1', 'Azure, without a region'],
    ['2a05:d014:1000::', 'nobody'],
    ['2a05:d013:ffff::', 'nobody'],
    ['192.168.1.1', 'nobody'],
    ['0.0.0.0', 'nobody'],
    ['255.255.255.255', 'nobody'],
    ['::', 'nobody'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'nobody'],
    ['', 'nobody'],
    ['rubbish', 'nobody'],
    ['3.121.7', 'nobody'],
  ])('do not tell of %s: %s', (address) => expect(ranges.regionOf(address)).toBeNull());

  const sourceOf = (address: string): string | undefined => ranges.regionOf(address)?.source;

  it('say which file says so, and of when', () => {
    expect(sourceOf('3.121.7.8')).toBe('aws ip-ranges.json 2026-11-01-00-00-00');
    expect(sourceOf('34.89.128.1')).toBe('gcp cloud.json 2026-11-02T00:00:00.000000');
    expect(sourceOf('20.52.64.1')).toBe('azure ServiceTags_Public_20261102.json change 321');
    expect(sourceOf('130.61.1.1')).toBe('oracle public_ip_ranges.json 2026-11-03T00:00:00.000000');
  });

  it('may be lines', () => {
    const lines = CloudRanges.from([
      file('own.csv', '# own\r\ncidr,region\r\n192.0.2.0/24, own:a\r\n\r\n192.0.2.128/25,own:b\r\n2001:db8::/32,own:a'),
    ]);
    expect(lines.regionOf('192.0.2.1')).toEqual({ region: 'own:a', source: 'own.csv' });
    expect(lines.regionOf('192.0.2.200')?.region).toBe('own:b');
    expect(lines.regionOf('2001:db8:1::')?.region).toBe('own:a');
  });
  it('count where two files agree, and not where they do not', () => {
    const both = CloudRanges.from([
      file('a.csv', '192.0.2.0/24,own:a\n198.51.100.0/24,own:a\n198.51.0.0/16,own:a'),
      file('b.csv', '192.0.2.77/24,own:a\n198.51.100.0/24,own:b\n'),
      file('c.csv', '198.51.100.0/24,own:a'),
    ]);
    expect(both.regionOf('192.0.2.1')?.region).toBe('own:a');
    expect(both.regionOf('198.51.100.1')).toBeNull();
    expect(both.regionOf('198.51.101.1')?.region).toBe('own:a');
  });
  it('are none where there is no file', () => {
    expect(CloudRanges.from([]).regionOf('3.121.7.8')).toBeNull();
    expect(CloudRanges.from([]).regionOf('::1')).toBeNull();
  });
  it.each([
    ['{"x": 1}', 'is no file of address ranges: name one'],
    ['[]', 'is no file of address ranges: name one'],
    ['{"createDate": "2026", "prefixes": [{"ip_prefix": 1}]}', 'is no file of address ranges'],
    ['{', 'are no JSON'],
    ['192.0.2.0/24', 'is no line of cidr,region'],
    ['192.0.2.0/24,DE,DE-HE,Frankfurt,', 'is no line of cidr,region'], // a geofeed (RFC 8805)
    ['192.0.2.0/24,a b', 'is no line of cidr,region'],
    ['192.0.2.0,own:a', 'is no range such as'],
    ['<html>', 'is no line of cidr,region'],
  ])('are refused: %s', (content, message) => {
    expect(() => CloudRanges.from([file('wrong', content)])).toThrow(
      expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining(message) }),
    );
  });
  it('are refused where they cannot be read', () => {
    expect(() => CloudRanges.from([join(folder, 'absent')])).toThrow('cannot be read');
  });
  it('are found as by looking at each', () => {
    const cidr = fc.oneof(
      fc.record({
        address: fc.constantFrom('10.0.0.0', '10.0.128.0', '10.0.192.7', '255.255.255.255', '0.0.0.0'),
        bits: fc.nat(32),
      }),
      fc.record({ address: fc.constantFrom('2001:db8::', '2001:db8:8000::', 'ffff:ffff::', '::'), bits: fc.nat(128) }),
    );
    const prefixes = fc.array(fc.record({ cidr, region: fc.constantFrom('own:a', 'own:b') }), { maxLength: 12 });
    const near = fc
      .tuple(fc.constantFrom('10.0.', '255.255.'), fc.nat(255), fc.nat(255))
      .map(([head, one, two]) => `${head}${one}.${two}`);
    const address = fc.oneof(
      near,
      fc.ipV4(),
      fc.constantFrom('2001:db8:8000::1', '2001:db7::', 'ffff:ffff::1', '::', '::2'),
    );
    fc.assert(
      fc.property(prefixes, fc.array(address, { minLength: 1, maxLength: 20 }), (some, addresses) => {
        const lines = some.map((one) => `${one.cidr.address}/${one.cidr.bits},${one.region}`).join('\n');
        const table = CloudRanges.from([file('fuzz.csv', `#\n${lines}`)]);
        for (const one of addresses) expect(table.regionOf(one)?.region ?? null).toBe(byLookingAtEach(one, some));
      }),
      { seed: 13, numRuns: 500 },
    );
  });
});

/** The plain way: all that hold it, the longest, and only if they agree. */
function byLookingAtEach(
  text: string,
  prefixes: readonly { readonly cidr: { readonly address: string; readonly bits: number }; readonly region: string }[],
): string | null {
  const address = ipaddr.parse(text);
  const holding = prefixes.filter(({ cidr }) => {
    const network = ipaddr.parse(cidr.address);
    return network.kind() === address.kind() && address.match(network, cidr.bits);
  });
  const longest = Math.max(...holding.map(({ cidr }) => cidr.bits));
  const regions = new Set(holding.filter(({ cidr }) => cidr.bits === longest).map(({ region }) => region));
  const [region] = regions;
  return regions.size === 1 ? (region ?? null) : null;
}

describe('evidence of an address', () => {
  const ranges = CloudRanges.from([file('evidence.csv', '8.8.8.0/24,own:x\n10.9.0.0/16,own:dc')]);
  const countries = CountryDatabase.default();

  it('is a range before a country, and what says so', () => {
    const evidence = new AddressEvidence({ countries, ranges });
    expect(evidence.of('8.8.8.8')).toEqual({ region: 'own:x', country: null, source: 'evidence.csv' });
    expect(evidence.of('193.99.144.80')).toEqual({ region: null, country: 'DE', source: countries.edition });
    expect(evidence.of('::ffff:8.8.8.8').region).toBe('own:x');
    expect(evidence.of('10.9.1.1').region).toBe('own:dc'); // an own network that is named counts
  });
  it.each(['10.0.0.1', '127.0.0.1', '::1', '100.64.1.1', 'fd00::1', 'localhost', ''])('is none of %s', (address) => {
    const evidence = new AddressEvidence({ countries, ranges });
    expect(evidence.of(address)).toEqual({ region: null, country: null, source: '' });
  });
  it('may be of one of them, or of nothing', () => {
    expect(new AddressEvidence({ countries }).of('8.8.8.8').country).toBe('US');
    expect(new AddressEvidence({ ranges }).of('193.99.144.80').source).toBe('');
    expect(new AddressEvidence({}).of('8.8.8.8')).toEqual({ region: null, country: null, source: '' });
  });
});
