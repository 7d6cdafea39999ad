import type { CloudRanges } from './cloud-ranges.ts';
import type { CountryDatabase } from './country-database.ts';

/** Where an address is, as public data tells. */
export interface AddressPlace {
  /** As Inland names it: `aws:eu-central-1`. */
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. Null beside a region: that says it. */
  readonly country: string | null;
  /** What says so, with its edition; empty where nothing does. */
  readonly source: string;
}

/** What a cloud publishes of its ranges says more than a database of countries, so it is asked first. */
export class AddressEvidence {
  readonly #countries: Pick<CountryDatabase, 'edition' | 'countryOf'> | undefined;
  readonly #ranges: Pick<CloudRanges, 'regionOf'> | undefined;

  constructor({
    countries,
    ranges,
  }: {
    readonly countries?: Pick<CountryDatabase, 'edition' | 'countryOf'> | undefined;
    readonly ranges?: Pick<CloudRanges, 'regionOf'> | undefined;
  }) {
    this.#countries = countries;
    this.#ranges = ranges;
  }

  /** Private and unknown addresses, and no addresses, are nowhere. Never throws. */
  of(address: string): AddressPlace {
    const range = this.#ranges?.regionOf(address) ?? null;
    if (range !== null) return { region: range.region, country: null, source: range.source };
    const country = this.#countries?.countryOf(address).country ?? null;
    return { region: null, country, source: country === null ? '' : (this.#countries?.edition ?? '') };
  }
}
