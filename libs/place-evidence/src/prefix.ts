import { addressWords } from './address-words.ts';

/** A range of addresses: its first and its last, as numbers of 32 bits (IPv4) or 128 bits (IPv6). */
export interface Prefix {
  readonly family: 'ipv4' | 'ipv6';
  readonly first: bigint;
  readonly last: bigint;
  readonly bits: number;
}

/**
 * Reads a CIDR such as `192.0.2.0/24` or `2001:db8::/32` (RFC 4632, section 3.1); what stands behind the prefix does not
 * count. Undefined: it is none.
 */
export function prefixOf(cidr: string): Prefix | undefined {
  const [address = '', length = '', ...more] = cidr.split('/');
  const words = addressWords(address);
  if (words === undefined || more.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const family = words.length === 1 ? 'ipv4' : 'ipv6';
  const width = words.length * 32;
  const bits = family === 'ipv4' && address.includes(':') ? Number(length) - 96 : Number(length); // ::ffff:192.0.2.0/120
  if (bits < 0 || bits > width) return undefined;
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const behind = (1n << BigInt(width - bits)) - 1n;
  return { family, first: (value | behind) ^ behind, last: value | behind, bits };
}
