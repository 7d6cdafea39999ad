import type { Findings } from './findings.ts';
import type { Scope } from './scope.ts';

/** What a program would read: nothing that the line gives, something that is not known, or a known text. */
export type Stdin = { readonly kind: 'none' | 'data' } | { readonly kind: 'text'; readonly text: string };

export const noStdin: Stdin = { kind: 'none' };
export const dataStdin: Stdin = { kind: 'data' };

/** One call of a program, and what reading it may need. */
export interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: Stdin;
  readonly scope: Scope;
  readonly findings: Findings;
  /** Reads a command that this one would run; what it writes, where that is known. */
  run(words: readonly string[], stdin?: Stdin, scope?: Scope): string | undefined;
  /** Reads a text that would be run by a shell. */
  shell(text: string, stdin?: Stdin, scope?: Scope): string | undefined;
  /** A variable gets a value. */
  assign(name: string, value: string): void;
}

/** Says what a call would do; gives what it writes, where that is known. */
export type Program = (call: Call) => string | undefined;
export type Programs = Readonly<Record<string, Program>>;

/** The same program by several names. */
export function named(names: string, program: Program): Programs {
  return Object.fromEntries(names.split(' ').map((name) => [name, program]));
}
