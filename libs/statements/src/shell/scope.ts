import { unknown } from './marks.ts';
import type { SyntaxNode } from './syntax-tree.ts';

/** The values that a variable may have. */
export type Values = readonly string[];

const valuesMax = 32;

/** What a line has said so far: its variables, functions and aliases. */
export class Scope {
  readonly #variables: Map<string, Values>;
  readonly functions: Map<string, SyntaxNode>;
  readonly aliases: Map<string, string>;
  /** `$0` and those after it; undefined: not known. */
  args: readonly string[] | undefined;

  constructor(
    args: readonly string[] | undefined = undefined,
    variables = new Map<string, Values>(),
    functions = new Map<string, SyntaxNode>(),
    aliases = new Map<string, string>(),
  ) {
    this.args = args;
    this.#variables = variables;
    this.functions = functions;
    this.aliases = aliases;
  }

  /** Undefined: the line has not set it. */
  get(name: string): Values | undefined {
    return this.#variables.get(name);
  }

  set(name: string, values: Values): void {
    const each = [...new Set(values)];
    this.#variables.set(name, each.length > valuesMax || each.some((one) => one.length > 8_192) ? [unknown] : each);
  }

  /** What it is then is not known: it may have come from the environment. */
  forget(name: string): void {
    this.#variables.delete(name);
  }

  /** For what cannot change this one: a subshell, a branch that may not be taken. */
  copy(args = this.args): Scope {
    return new Scope(args, new Map(this.#variables), new Map(this.functions), new Map(this.aliases));
  }

  /** The same variables with other arguments: the body of a function. */
  withArgs(args: readonly string[]): Scope {
    return new Scope(args, this.#variables, this.functions, this.aliases);
  }

  /** What may or may not have happened in a branch; the names of the variables that changed. */
  merge(branch: Scope): readonly string[] {
    const changed: string[] = [];
    for (const name of new Set([...this.#variables.keys(), ...branch.#variables.keys()])) {
      const here = this.#variables.get(name) ?? [unknown];
      const there = branch.#variables.get(name) ?? [unknown];
      if (there.every((value) => here.includes(value))) continue;
      changed.push(name);
      this.set(name, [...here, ...there]);
    }
    if (branch.args !== this.args) this.args = undefined;
    for (const [name, body] of branch.functions) this.functions.set(name, body);
    for (const [name, text] of branch.aliases) this.aliases.set(name, text);
    return changed;
  }
}
