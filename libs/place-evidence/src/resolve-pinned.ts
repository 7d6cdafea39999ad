import { AddressResolver, type AddressQueries, type AddressResolverOptions } from './address-resolver.ts';

/** By whom is asked and how long is waited, so that answers are kept apart. */
const resolvers = new WeakMap<object, Map<number, AddressResolver>>();
const machine = {};

/**
 * All addresses of a name, sorted, at most 16: they are asked for once and kept for at most 30 seconds, so that what was
 * judged can be dialled. A literal address is itself. Empty where the name has none, or nobody answers in time.
 */
export function resolvePinned(
  host: string,
  { timeoutMillis = 2_000, resolver }: AddressResolverOptions = {},
): Promise<readonly string[]> {
  return resolverOf(resolver, timeoutMillis).resolve(host);
}

function resolverOf(resolver: AddressQueries | undefined, timeoutMillis: number): AddressResolver {
  const key = resolver ?? machine;
  const byTimeout = resolvers.get(key) ?? new Map<number, AddressResolver>();
  resolvers.set(key, byTimeout);
  const known = byTimeout.get(timeoutMillis) ?? new AddressResolver({ timeoutMillis, resolver });
  byTimeout.set(timeoutMillis, known);
  return known;
}
