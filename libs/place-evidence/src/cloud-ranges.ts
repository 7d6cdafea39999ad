import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Fault } from '@inland/kernel';
import ipaddr from 'ipaddr.js';
import { publishedRanges } from './published-ranges.ts';

/** The region whose published ranges hold an address. */
export interface RangeFound {
  readonly region: string;
  /** The file, with its date. */
  readonly source: string;
}

/** Address ranges and their regions; the longest prefix wins, and two regions for one prefix are none. */
export class CloudRanges {
  /** By family and length of prefix, the longest first: what stands at the beginning of an address. */
  readonly #prefixes: Readonly<
    Record<'ipv4' | 'ipv6', { readonly bits: number; readonly found: Map<bigint, RangeFound | null> }[]>
  > = {
    ipv4: [],
    ipv6: [],
  };

  /** Faults with `misconfigured` where a file cannot be read or is none that is known. */
  static read(files: readonly string[]): CloudRanges {
    const ranges = new CloudRanges();
    for (const file of files) {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch (error) {
        throw new Fault('misconfigured', `the address ranges ${file} cannot be read`, { cause: error });
      }
      const { date, entries } = publishedRanges(text, file);
      const source = `${basename(file)}${date === '' ? '' : ` of ${date}`}`;
      for (const { cidr, region } of entries) ranges.#add(cidr, { region, source }, file);
    }
    for (const family of Object.values(ranges.#prefixes)) family.sort((one, other) => other.bits - one.bits);
    return ranges;
  }

  regionOf(address: string): RangeFound | null {
    if (!ipaddr.isValid(address)) return null;
    const parsed = ipaddr.process(address);
    const width = parsed.kind() === 'ipv4' ? 32 : 128;
    const value = numberOf(parsed.toByteArray());
    for (const { bits, found } of this.#prefixes[parsed.kind()]) {
      const hit = found.get(value >> BigInt(width - bits));
      if (hit !== undefined) return hit;
    }
    return null;
  }

  #add(cidr: string, entry: RangeFound, file: string): void {
    if (!ipaddr.isValidCIDR(cidr))
      throw new Fault('misconfigured', `${file}: ${cidr} is no range such as 192.0.2.0/24`);
    const [network, bits] = ipaddr.parseCIDR(cidr);
    const family = this.#prefixes[network.kind()];
    let group = family.find((one) => one.bits === bits);
    if (group === undefined) family.push((group = { bits, found: new Map() }));
    const width = network.kind() === 'ipv4' ? 32 : 128;
    const key = numberOf(network.toByteArray()) >> BigInt(width - bits);
    const before = group.found.get(key);
    group.found.set(key, before === undefined || before?.region === entry.region ? entry : null);
  }
}

const numberOf = (bytes: readonly number[]): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
