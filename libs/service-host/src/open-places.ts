import { AddressEvidence, CloudRanges, openCountryDatabase } from '@inland/place-evidence';
import { ClientPlaces } from '@inland/residency';
import type { HostConfig } from './host-config.ts';

/** What tells where clients and addresses are. Faults with `misconfigured` where a file cannot be read. */
export function openPlaces({ places, trustedNetworks }: Pick<HostConfig, 'places' | 'trustedNetworks'>): {
  readonly places: ClientPlaces;
  readonly addresses: AddressEvidence;
} {
  const { countryDatabase, cloudRanges } = places;
  const countries =
    countryDatabase === 'none'
      ? undefined
      : openCountryDatabase(countryDatabase === 'default' ? undefined : countryDatabase);
  return {
    places: new ClientPlaces(trustedNetworks, countries),
    addresses: new AddressEvidence(CloudRanges.read(cloudRanges), countries),
  };
}
