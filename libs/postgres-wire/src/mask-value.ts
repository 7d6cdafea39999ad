/** Masks one value; gives the same object when nothing was masked. */
export type MaskValue = (value: Uint8Array) => { readonly data: Uint8Array; readonly masked: number };
