import type { AddressWords } from './address-words.ts';
import type { Prefix } from './prefix.ts';

/** Where a value begins to hold, until the next begins. */
interface Begin<Value> {
  readonly at: bigint;
  readonly value: Value | null;
}

/**
 * Ranges of addresses of one family, with what is said of each: the narrowest that holds an address counts. They are laid
 * out flat, side by side, in typed arrays, so that finding one is a binary search.
 */
export class RangeTable<Value> {
  /** Of addresses: 1 for IPv4, 4 for IPv6. */
  readonly #words: number;
  readonly #begins: Uint32Array;
  readonly #values: readonly (Value | null)[];

  /** Every prefix is there once. */
  constructor(family: Prefix['family'], prefixes: Iterable<readonly [Prefix, Value | null]>) {
    this.#words = family === 'ipv4' ? 1 : 4;
    const begins = sideBySide(prefixes);
    this.#values = begins.map(({ value }) => value);
    this.#begins = Uint32Array.from(
      begins.flatMap(({ at }) =>
        Array.from({ length: this.#words }, (_, index) =>
          Number((at >> BigInt(32 * (this.#words - 1 - index))) & 0xffffffffn),
        ),
      ),
    );
  }

  /** What is said of an address; null where nothing is. */
  find(address: AddressWords): Value | null {
    let [low, high] = [0, this.#values.length]; // the last that begins at the address or before it is in [low - 1, high)
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#beginsAfter(middle, address)) high = middle;
      else low = middle + 1;
    }
    return this.#values[low - 1] ?? null;
  }

  #beginsAfter(index: number, address: AddressWords): boolean {
    const words = this.#words;
    for (let word = 0; word < words; word += 1) {
      const [begin = 0, wanted = 0] = [this.#begins[index * words + word], address[word]];
      if (begin !== wanted) return begin > wanted;
    }
    return false;
  }
}

/** Prefixes within prefixes, cut into ranges that follow one another. */
function sideBySide<Value>(prefixes: Iterable<readonly [Prefix, Value | null]>): Begin<Value>[] {
  const sorted = [...prefixes].sort(([one], [other]) =>
    one.first === other.first ? one.bits - other.bits : one.first < other.first ? -1 : 1,
  );
  const begins: Begin<Value>[] = [];
  const begin = (at: bigint, value: Value | null): void => {
    if (begins.at(-1)?.at === at) begins.pop();
    begins.push({ at, value });
  };
  const open: (readonly [Prefix, Value | null])[] = [];
  /** Closes what ends before an address; what it lies within holds again behind it. */
  const closeBefore = (address: bigint | undefined): void => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (address !== undefined && top[0].last >= address) return;
      open.pop();
      begin(top[0].last + 1n, open.at(-1)?.[1] ?? null);
    }
  };
  for (const entry of sorted) {
    closeBefore(entry[0].first);
    begin(entry[0].first, entry[1]);
    open.push(entry);
  }
  closeBefore(undefined);
  const end = 1n << (sorted[0]?.[0].family === 'ipv4' ? 32n : 128n);
  return begins.filter(({ at }) => at < end);
}
