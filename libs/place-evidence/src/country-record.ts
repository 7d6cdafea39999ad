/** What a database says of an address. */
export interface CountryFound {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** It is of an anonymiser, such as a VPN or Tor: nobody knows where who uses it is. */
  readonly anonymous: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Flags of MaxMind's databases (https://dev.maxmind.com/geoip/docs/databases/anonymous-ip, and `traits` of the others).
 * That an address is of a hosting provider hides nobody.
 */
const anonymousFlags = [
  'is_anonymous',
  'is_anonymous_proxy',
  'is_anonymous_vpn',
  'is_public_proxy',
  'is_residential_proxy',
  'is_tor_exit_node',
];
/** At once in many places: of no country. */
const anywhereFlags = ['is_anycast', 'is_satellite_provider'];

/** The country in a record of MaxMind's, DB-IP's, ip-location-db's or IPinfo's form; null for any other. */
export function countryIn(record: unknown): CountryFound {
  const flags = { ...fieldsOf(record), ...fieldsOf(fieldsOf(record)['traits']) };
  const has = (names: readonly string[]): boolean => names.some((name) => flags[name] === true);
  const anonymous = has(anonymousFlags);
  return { country: anonymous || has(anywhereFlags) ? null : codeIn(record), anonymous };
}

/** Whether a record has neither a country nor a flag of an anonymiser: it is of another kind of database. */
export function saysNothing(record: unknown): boolean {
  const fields = fieldsOf(record);
  return !['country', 'country_code', 'registered_country', 'continent', 'traits', ...anonymousFlags].some(
    (name) => name in fields,
  );
}

function codeIn(record: unknown): string | null {
  const { country_code: flat, country } = fieldsOf(record);
  const code = flat ?? (typeof country === 'string' ? country : fieldsOf(country)['iso_code']);
  return typeof code === 'string' && /^[A-Z]{2}$/.test(code) && code !== 'ZZ' ? code : null; // ZZ: unknown
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
