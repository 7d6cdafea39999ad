export { AddressEvidence, type AddressPlace } from './address-evidence.ts';
export { AddressResolver } from './address-resolver.ts';
export { CloudRanges, type RangeFound } from './cloud-ranges.ts';
export { openCountryDatabase, type CountryDatabase } from './country-database.ts';
export type { InstanceIdentity } from './instance-identity.ts';
