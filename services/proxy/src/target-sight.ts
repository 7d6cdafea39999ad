import type { AddressEvidence, AddressResolver } from '@inland/place-evidence';
import { resourceNamed, type TargetEvidence, type World } from '@inland/residency';

/** Where a target's name leads now, and what can be seen of that. */
export interface TargetSight {
  /** To be dialled: what was looked at. Undefined: the name could not be resolved here. */
  readonly address: string | undefined;
  readonly evidence: TargetEvidence | undefined;
}

/** Looks at the addresses of targets. */
export class TargetSights {
  readonly #world: () => World;
  readonly #resolver: Pick<AddressResolver, 'resolve'>;
  readonly #evidence: Pick<AddressEvidence, 'of'>;

  constructor(world: () => World, resolver: Pick<AddressResolver, 'resolve'>, evidence: Pick<AddressEvidence, 'of'>) {
    this.#world = world;
    this.#resolver = resolver;
    this.#evidence = evidence;
  }

  /**
   * Of several addresses one that is seen elsewhere than declared counts: any of them may be dialled by a later lookup.
   */
  async look(name: string): Promise<TargetSight> {
    const spec = resourceNamed(this.#world(), 'Target', name)?.spec;
    if (spec === undefined) return { address: undefined, evidence: undefined };
    const host = spec.address.slice(0, spec.address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
    const addresses = await this.#resolver.resolve(host);
    const country = resourceNamed(this.#world(), 'Region', spec.region)?.spec.country;
    const seen = addresses
      .map((address) => ({ address, ...this.#evidence.of(address) }))
      .filter(({ source }) => source !== '');
    const elsewhere = seen.find((one) => (one.region === null ? one.country !== country : one.region !== spec.region));
    const evidence = elsewhere ?? seen[0];
    return { address: evidence?.address ?? addresses[0], evidence };
  }
}
