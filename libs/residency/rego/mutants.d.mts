export interface Mutant {
  /** Of the source, from 1. */
  readonly line: number;
  readonly change: string;
  readonly source: string;
}

/** Mutants of a policy: each condition of it dropped, and flipped; each name of its sets left out. */
export declare function mutantsOf(source: string): Mutant[];
