/** What src/places/regions.ts is to be. */
export declare function regionsSource(): string;
