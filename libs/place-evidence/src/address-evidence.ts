import type { CloudRanges } from './cloud-ranges.ts';
import type { CountryDatabase } from './country-database.ts';

/** Where an address is, as public data tells. */
export interface AddressPlace {
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** What says so, with its edition; empty where nothing does. */
  readonly source: string;
}

/** What a cloud publishes of its ranges says more than a database of countries. */
export class AddressEvidence {
  readonly #ranges: Pick<CloudRanges, 'regionOf'>;
  readonly #countries: CountryDatabase | undefined;

  constructor(ranges: Pick<CloudRanges, 'regionOf'>, countries: CountryDatabase | undefined) {
    this.#ranges = ranges;
    this.#countries = countries;
  }

  of(address: string): AddressPlace {
    const range = this.#ranges.regionOf(address);
    if (range !== null) return { region: range.region, country: null, source: range.source };
    const country = this.#countries?.countryOf(address) ?? null;
    return { region: null, country, source: country === null ? '' : (this.#countries?.edition ?? '') };
  }
}
