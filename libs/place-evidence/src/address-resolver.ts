import { Resolver } from 'node:dns/promises';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** So many addresses of one name are looked at. */
const addressesMax = 16;
/** So long an answer counts. */
const keptMillis = 30_000;
const namesMax = 10_000;

/** All addresses of a name, asked for once in a while: what is judged is what is dialled. */
export class AddressResolver {
  readonly #timeoutMillis: number;
  readonly #known = new Map<string, { readonly addresses: Promise<readonly string[]>; readonly at: number }>();

  constructor(timeoutMillis = 2_000) {
    this.#timeoutMillis = timeoutMillis;
  }

  /** Sorted; the address itself where it is one; empty where the name has none, or nobody answers in time. */
  resolve(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return Promise.resolve([host]);
    const now = Date.now();
    const known = this.#known.get(host);
    if (known !== undefined && now - known.at < keptMillis) return known.addresses;
    if (this.#known.size >= namesMax) this.#known.clear();
    const addresses = this.#ask(host);
    this.#known.set(host, { addresses, at: now });
    return addresses;
  }

  /** As the machine looks names up (its hosts file too), and else as DNS has them. */
  async #ask(host: string): Promise<readonly string[]> {
    const timeout = new Promise<readonly string[]>((resolve) =>
      setTimeout(() => resolve([]), this.#timeoutMillis).unref(),
    );
    const system = lookup(host, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => this.#dns(host),
    );
    const addresses = await Promise.race([system, timeout]);
    return [...new Set(addresses)].sort().slice(0, addressesMax);
  }

  async #dns(host: string): Promise<readonly string[]> {
    const resolver = new Resolver({ timeout: this.#timeoutMillis, tries: 1 });
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }
}
