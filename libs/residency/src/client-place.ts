import { Fault } from '@inland/kernel';
import ipaddr from 'ipaddr.js';

/** A network that the operator vouches for: who comes from it is in that country. */
export interface TrustedNetwork {
  readonly name: string;
  /** `10.0.0.0/8`, `fd00::/8`. */
  readonly cidrs: readonly string[];
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 3166-2, such as CA-QC. */
  readonly subdivision?: string | undefined;
}

/** Where a client is, as far as it is known; null stays null. */
export interface ClientPlace {
  readonly country: string | null;
  readonly network: string | null;
  readonly subdivision?: string;
  /** What says so, where it is no network of the operator's: a database with its edition. */
  readonly source?: string;
}

/** A database of addresses and the countries that they are in. Unknown, and where it hides, is null. */
export interface CountryOfAddress {
  readonly edition: string;
  countryOf(address: string): string | null;
}

const nowhere: ClientPlace = { country: null, network: null };

/** Finds the place of a client's address among the networks that the operator named; anything else is unknown. */
export class ClientPlaces {
  readonly #networks: readonly {
    readonly place: ClientPlace;
    readonly ranges: readonly ReturnType<typeof parseCidr>[];
  }[];

  /** What is looked at where no network holds an address. */
  readonly #addresses: CountryOfAddress | undefined;

  /** Faults with `misconfigured` when a range is no CIDR. The first network that holds an address names its place. */
  constructor(networks: readonly TrustedNetwork[], addresses?: CountryOfAddress) {
    this.#addresses = addresses;
    this.#networks = networks.map(({ name, cidrs, country, subdivision }) => ({
      place: { country, network: name, ...(subdivision === undefined ? {} : { subdivision }) },
      ranges: cidrs.map((cidr) => parseCidr(cidr, name)),
    }));
  }

  /** The place of an IPv4 or IPv6 address; an IPv4 address within IPv6 counts as what it is. */
  placeOf(address: string): ClientPlace {
    if (!ipaddr.isValid(address)) return nowhere;
    const parsed = ipaddr.process(address);
    const found = this.#networks.find(({ ranges }) =>
      ranges.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits)),
    );
    return found?.place ?? this.#elsewhere(address);
  }

  #elsewhere(address: string): ClientPlace {
    if (this.#addresses === undefined) return nowhere;
    const country = this.#addresses.countryOf(address);
    return country === null ? nowhere : { country, network: null, source: this.#addresses.edition };
  }
}

function parseCidr(cidr: string, network: string): ReturnType<typeof ipaddr.parseCIDR> {
  try {
    return ipaddr.parseCIDR(cidr);
  } catch (error) {
    throw new Fault('misconfigured', `trusted network ${network}: ${cidr} is no CIDR such as 10.0.0.0/8`, {
      cause: error,
    });
  }
}
