import { BlockList, isIP } from 'node:net';
import { Fault } from '@inland/kernel';

/** A network that the operator vouches for: who comes from it is in that country. */
export interface TrustedNetwork {
  readonly name: string;
  /** `10.0.0.0/8`, `fd00::/8`. */
  readonly cidrs: readonly string[];
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface ClientPlace {
  readonly country: string | null;
  readonly network: string | null;
}

/** Finds the place of a client's address among the networks that the operator named; anything else is unknown. */
export class TrustedNetworks {
  readonly #networks: { readonly name: string; readonly country: string; readonly addresses: BlockList }[] = [];

  constructor(networks: readonly TrustedNetwork[]) {
    for (const network of networks) {
      const addresses = new BlockList();
      for (const cidr of network.cidrs) addSubnet(addresses, cidr, network.name);
      this.#networks.push({ name: network.name, country: network.country, addresses });
    }
  }

  placeOf(address: string): ClientPlace {
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
    const family = isIP(plain);
    if (family === 0) return { country: null, network: null };
    const found = this.#networks.find(({ addresses }) => addresses.check(plain, family === 4 ? 'ipv4' : 'ipv6'));
    return found === undefined ? { country: null, network: null } : { country: found.country, network: found.name };
  }
}

function addSubnet(addresses: BlockList, cidr: string, network: string): void {
  const [address = '', prefix = ''] = cidr.split('/');
  const family = isIP(address);
  const bits = Number(prefix);
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || bits > (family === 4 ? 32 : 128))
    throw new Fault('misconfigured', `trusted network ${network}: ${cidr} is no CIDR such as 10.0.0.0/8`);
  addresses.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
}
