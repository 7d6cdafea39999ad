/** Masks values. */
export interface ValueMask {
  /** Masks one value; gives the same object when nothing was masked. */
  mask(value: Uint8Array): { readonly data: Uint8Array; readonly masked: number };
  /**
   * For bytes that hold many values one behind the other: tells, asked for places in rising order, where next one might
   * be that is masked. A value that begins at the place or later reaches beyond what is given; the length when there is
   * none. What lies between is passed over.
   */
  candidates(bytes: Uint8Array): (from: number) => number;
}
