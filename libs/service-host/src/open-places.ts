import { AddressEvidence, CloudRanges, CountryDatabase } from '@inland/place-evidence';
import { ClientPlaces, type CountryOfAddress } from '@inland/residency';
import type { HostConfig } from './host-config.ts';

/** What tells where clients and addresses are. Faults with `misconfigured` where a file cannot be read. */
export function openPlaces({ places, trustedNetworks }: Pick<HostConfig, 'places' | 'trustedNetworks'>): {
  readonly places: ClientPlaces;
  readonly addresses: AddressEvidence;
} {
  const countries = openCountries(places.countryDatabase);
  return {
    places: new ClientPlaces(trustedNetworks, countries && countryAlone(countries)),
    addresses: new AddressEvidence({ countries, ranges: CloudRanges.from(places.cloudRanges) }),
  };
}

function openCountries(file: HostConfig['places']['countryDatabase']): CountryDatabase | undefined {
  if (file === 'none') return undefined;
  return file === 'default' ? CountryDatabase.default() : CountryDatabase.open(file);
}

/** Who hides is nowhere, as who is not known. */
const countryAlone = (countries: CountryDatabase): CountryOfAddress => ({
  edition: countries.edition,
  countryOf: (address) => countries.countryOf(address).country,
});
