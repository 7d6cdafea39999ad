import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** So many addresses of one name are looked at. */
const addressesMax = 16;
/** So long an answer counts. */
const keptMillis = 30_000;
/** So long it counts that there was none. */
const noneKeptMillis = 1_000;
const namesMax = 10_000;

/** Asks for addresses of a name; `Resolver` of node:dns/promises is one. */
export interface AddressQueries {
  /** Rejects where there is none. */
  resolve4(host: string): Promise<readonly string[]>;
  resolve6(host: string): Promise<readonly string[]>;
}

export interface AddressResolverOptions {
  readonly timeoutMillis?: number | undefined;
  /** Default: as this machine looks names up (its hosts file and search domains too), and else as DNS has them. */
  readonly resolver?: AddressQueries | undefined;
}

interface Answer {
  readonly addresses: Promise<readonly string[]>;
  until: number;
}

/** All addresses of a name, asked for once in a while: what is judged is what is dialled. */
export class AddressResolver {
  readonly #timeoutMillis: number;
  readonly #resolver: AddressQueries | undefined;
  /** The oldest first. */
  readonly #known = new Map<string, Answer>();

  constructor({ timeoutMillis = 2_000, resolver }: AddressResolverOptions = {}) {
    this.#timeoutMillis = timeoutMillis;
    this.#resolver = resolver;
  }

  /** Sorted; the address itself where it is one; empty where the name has none, or nobody answers in time. */
  resolve(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return Promise.resolve([host]);
    const name = host.toLowerCase().replace(/\.$/, '');
    const known = this.#known.get(name);
    if (known !== undefined && performance.now() < known.until) return known.addresses;
    this.#known.delete(name);
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= namesMax) this.#known.delete(oldest);
    const answer: Answer = { addresses: this.#ask(name), until: performance.now() + keptMillis };
    this.#known.set(name, answer);
    void answer.addresses.then((addresses) => {
      if (addresses.length === 0) answer.until = performance.now() + noneKeptMillis;
    });
    return answer.addresses;
  }

  async #ask(name: string): Promise<readonly string[]> {
    const deadline = performance.now() + this.#timeoutMillis;
    const found =
      this.#resolver === undefined
        ? await this.#asTheMachine(name, deadline)
        : await query(name, this.#resolver, deadline);
    const addresses = found.filter((address) => isIP(address) !== 0);
    return [...new Set(addresses)].sort().slice(0, addressesMax);
  }

  async #asTheMachine(name: string, deadline: number): Promise<readonly string[]> {
    const found = await inTime(() => lookup(name, { all: true }), deadline);
    if (found !== undefined && found.length > 0) return found.map(({ address }) => address);
    return query(name, new Resolver({ timeout: this.#timeoutMillis, tries: 1 }), deadline);
  }
}

/** Of either family what comes in time: that one has none, or does not answer, does not hide the other. */
async function query(name: string, resolver: AddressQueries, deadline: number): Promise<readonly string[]> {
  const [four, six] = await Promise.all([
    inTime(() => resolver.resolve4(name), deadline),
    inTime(() => resolver.resolve6(name), deadline),
  ]);
  return [...(four ?? []), ...(six ?? [])];
}

/** Undefined where it fails, or takes too long. */
async function inTime<Value>(ask: () => Promise<Value>, deadline: number): Promise<Value | undefined> {
  const left = deadline - performance.now();
  if (left <= 0) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), left);
  });
  try {
    return await Promise.race([ask(), timeout]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
