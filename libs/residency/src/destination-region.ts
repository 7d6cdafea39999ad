import ipaddr from 'ipaddr.js';
import { resourceNamed, resourcesOf, type World } from './world.ts';

/** Hosts of a world and the regions that they are said to be in. */
interface KnownHosts {
  readonly exact: ReadonlyMap<string, ReadonlySet<string>>;
  readonly suffixes: readonly { readonly suffix: string; readonly region: string }[];
  readonly ranges: readonly { readonly range: ReturnType<typeof ipaddr.parseCIDR>; readonly region: string }[];
}

const knownHosts = new WeakMap<World, KnownHosts>();

/**
 * The region of a place that something at a target would be connected to, or null when that is not known, or two say
 * different things. The target itself, under the names that a host has for itself, is where the target is; any other is
 * looked for among the addresses of the Targets and the hosts of the Destinations. Names are not resolved: what they
 * stand for is the target's business, and may be another thing in a minute.
 */
export function destinationRegion(world: World, target: string, host: string): string | null {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isLoopback(name)) return resourceNamed(world, 'Target', target)?.spec.region ?? null;
  let hosts = knownHosts.get(world);
  if (hosts === undefined) {
    hosts = hostsOf(world);
    knownHosts.set(world, hosts);
  }
  const regions = regionsOf(hosts, name);
  const [region] = regions;
  return regions.size === 1 && region !== undefined ? region : null;
}

/** The most exact that is known counts: the host itself before its domain, the narrowest range before a wider one. */
function regionsOf({ exact, suffixes, ranges }: KnownHosts, name: string): ReadonlySet<string> {
  const named = exact.get(canonicalHost(name));
  if (named !== undefined) return named;
  if (!ipaddr.isValid(name)) {
    const within = suffixes.filter(({ suffix }) => name.endsWith(suffix));
    return longest(within, ({ suffix }) => suffix.length);
  }
  const address = ipaddr.process(name);
  const within = ranges.filter(({ range: [network, bits] }) => {
    return network.kind() === address.kind() && address.match(network, bits);
  });
  return longest(within, ({ range: [, bits] }) => bits);
}

function longest<Entry extends { readonly region: string }>(
  entries: readonly Entry[],
  length: (entry: Entry) => number,
): ReadonlySet<string> {
  const most = Math.max(...entries.map(length));
  return new Set(entries.filter((entry) => length(entry) === most).map(({ region }) => region));
}

function hostsOf(world: World): KnownHosts {
  const exact = new Map<string, Set<string>>();
  const suffixes: { suffix: string; region: string }[] = [];
  const ranges: { range: ReturnType<typeof ipaddr.parseCIDR>; region: string }[] = [];
  const add = (host: string, region: string): void => {
    const name = canonicalHost(host.toLowerCase());
    exact.set(name, (exact.get(name) ?? new Set()).add(region));
  };
  for (const { spec } of resourcesOf(world, 'Target')) {
    const host = spec.address.slice(0, spec.address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
    if (!isLoopback(host)) add(host, spec.region); // that is the gateway's own host, not the target's
  }
  for (const { spec } of resourcesOf(world, 'Destination'))
    for (const host of spec.hosts) {
      if (host.startsWith('*.')) suffixes.push({ suffix: host.slice(1).toLowerCase(), region: spec.region });
      else if (host.includes('/') && !host.includes('://')) {
        if (ipaddr.isValidCIDR(host)) ranges.push({ range: ipaddr.parseCIDR(host), region: spec.region });
      } else add(host, spec.region);
    }
  return { exact, suffixes, ranges };
}

/** One spelling of an address, whatever it was written as; a name as it is. */
function canonicalHost(host: string): string {
  return ipaddr.isValid(host) ? ipaddr.process(host).toString() : host;
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
