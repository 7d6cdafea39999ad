import { sqlLeads } from '@inland/command-places';
import type { OperationEffect } from '@inland/residency';
import { changesLexing, type SqlParser, type SqlStatement } from '@inland/statements';
import type { SqlStatements } from '../pipeline/gateway.ts';

/** Names of prepared statements that are remembered; what a further one does is not known. */
const namesMax = 10_000;

/**
 * What SQL texts do, within one session: what an EXECUTE runs was prepared before, in SQL or by the protocol, which share
 * their names. A name is remembered with all that was ever prepared by it: what was to replace it may have failed, and
 * then the former one still runs.
 */
export class SessionSql {
  readonly #parser: SqlParser;
  readonly #prepared = new Map<string, ReadonlySet<OperationEffect> | null>();
  /** The server may read texts by other rules than the parser: once that was so, no text is known any more. */
  #otherwise = false;

  constructor(parser: SqlParser) {
    this.#parser = parser;
  }

  /** Null: the text cannot be parsed, or does something that it does not tell. */
  read(text: string): SqlStatements | null {
    const read = this.#parser.read(text);
    if (!read.parsed || this.#otherwise) return null;
    // A server reads a whole text before it does any of it: this one is still read as it is here.
    this.#otherwise = read.statements.some((statement) => statement.changesLexing);
    const effects = new Set<OperationEffect>();
    let known = true;
    for (const statement of read.statements) {
      const does = this.#effectsOf(statement);
      if (does === null) known = false;
      else for (const effect of does) effects.add(effect);
      if (statement.prepares !== undefined) this.#remember(statement.prepares, does);
    }
    const { fingerprint, statements } = read;
    const leads = sqlLeads(statements);
    return {
      fingerprint,
      kinds: statements.map(({ kind }) => kind),
      effects: known ? [...effects].sort() : null,
      relations: all(statements, ({ relations }) => relations),
      columns: all(statements, ({ columns }) => columns),
      ...(leads === undefined ? {} : { leads }),
    };
  }

  /** A setting that the target has told of (ParameterStatus): at the start of the session, and when it changes. */
  told(setting: string, value: string): void {
    this.#otherwise ||= changesLexing(setting, value);
  }

  /** Why a text could not be parsed; undefined when it could. */
  problem(text: string): string | undefined {
    if (this.#otherwise) return 'standard_conforming_strings or client_encoding is one by which quotes can mislead';
    const read = this.#parser.read(text);
    return read.parsed ? undefined : read.reason;
  }

  /** As {@link read}, for a text that the protocol prepares by a name. */
  prepare(name: string, text: string): SqlStatements | null {
    const read = this.read(text);
    if (name !== '') this.#remember(name, read?.effects ?? null);
    return read;
  }

  #effectsOf({ effects, executes, partEffects }: SqlStatement): readonly OperationEffect[] | null {
    if (executes === undefined) return effects;
    const prepared = this.#prepared.get(executes);
    if (prepared === undefined || prepared === null || partEffects === undefined) return null;
    return [...prepared, ...partEffects];
  }

  #remember(name: string, effects: readonly OperationEffect[] | null): void {
    const former = this.#prepared.get(name);
    if (former === null) return;
    if (former === undefined && this.#prepared.size >= namesMax) return;
    this.#prepared.set(name, effects === null ? null : new Set([...(former ?? []), ...effects]));
  }
}

function all(
  statements: readonly SqlStatement[],
  of: (statement: SqlStatement) => readonly string[],
): readonly string[] {
  const [only, ...more] = statements;
  if (only === undefined) return [];
  return more.length === 0 ? of(only) : [...new Set(statements.flatMap(of))].sort();
}
