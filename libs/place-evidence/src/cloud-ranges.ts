import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Fault } from '@inland/kernel';
import { addressWords } from './address-words.ts';
import { prefixOf, type Prefix } from './prefix.ts';
import { publishedRanges } from './published-ranges.ts';
import { RangeTable } from './range-table.ts';

/** The region whose published ranges hold an address. */
export interface RangeFound {
  /** As Inland names it: `aws:eu-central-1`. */
  readonly region: string;
  /** Who publishes it, the file and its date: `aws ip-ranges.json 2026-11-01-00-00-00`. */
  readonly source: string;
}

type Entries = Map<string, readonly [Prefix, RangeFound | null]>;

/**
 * Address ranges and their regions, as clouds publish them. The longest prefix wins, and where two regions are said for one
 * prefix there is none. So is there none for what belongs to no region, such as an edge location within a region's range.
 */
export class CloudRanges {
  readonly #tables: Readonly<Record<Prefix['family'], RangeTable<RangeFound>>>;

  private constructor(entries: Readonly<Record<Prefix['family'], Entries>>) {
    this.#tables = {
      ipv4: new RangeTable('ipv4', entries.ipv4.values()),
      ipv6: new RangeTable('ipv6', entries.ipv6.values()),
    };
  }

  /**
   * Reads files of AWS, Azure, Google Cloud and Oracle, and of lines `cidr,region`: their content tells which they are.
   * Faults with `misconfigured` where one cannot be read or is none of these.
   */
  static from(files: readonly string[]): CloudRanges {
    const entries: Record<Prefix['family'], Entries> = { ipv4: new Map(), ipv6: new Map() };
    for (const file of files) {
      const { provider, date, ranges } = publishedRanges(textOf(file), file);
      const source = [provider, basename(file), date].filter((part) => part !== '').join(' ');
      for (const { cidr, region } of ranges) {
        const prefix = prefixOf(cidr);
        if (prefix === undefined)
          throw new Fault('misconfigured', `the address ranges ${file}: ${cidr} is no range such as 192.0.2.0/24`);
        add(entries[prefix.family], prefix, region === null ? null : { region, source });
      }
    }
    return new CloudRanges(entries);
  }

  /** The region of an IPv4 or IPv6 address; an IPv4 address within IPv6 counts as what it is. Null: nobody says. */
  regionOf(address: string): RangeFound | null {
    const words = addressWords(address);
    return words === undefined ? null : this.#tables[words.length === 1 ? 'ipv4' : 'ipv6'].find(words);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault('misconfigured', `the address ranges ${file} cannot be read: name a file that is there`, {
      cause: error,
    });
  }
}

/** Of one prefix only what all say. */
function add(entries: Entries, prefix: Prefix, found: RangeFound | null): void {
  const key = `${prefix.first}/${prefix.bits}`;
  const before = entries.get(key);
  entries.set(key, [prefix, before === undefined || before[1]?.region === found?.region ? found : null]);
}
