/** A set of names as the Rego looks them up. */
export type Flags = Readonly<Record<string, true>>;

export const flags = (names: readonly string[]): Flags =>
  Object.fromEntries(sorted(names).map((name) => [name, true as const]));

/** Each once, in order. */
export const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
