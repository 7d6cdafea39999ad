/** What src/candidates-wasm.ts is to be. */
export declare function assembled(): Promise<string>;
