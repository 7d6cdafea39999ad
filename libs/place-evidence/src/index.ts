export { AddressEvidence, type AddressPlace } from './address-evidence.ts';
export { AddressResolver, type AddressQueries, type AddressResolverOptions } from './address-resolver.ts';
export { CloudRanges, type RangeFound } from './cloud-ranges.ts';
export { CountryDatabase } from './country-database.ts';
export type { CountryFound } from './country-record.ts';
export type { InstanceIdentity } from './instance-identity.ts';
export { resolvePinned } from './resolve-pinned.ts';
