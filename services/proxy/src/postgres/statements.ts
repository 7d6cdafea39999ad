import { Fault } from '@inland/kernel';
import {
  columnMask,
  formatOf,
  readRowDescription,
  withFormats,
  type ColumnMask,
  type WireMessage,
} from '@inland/postgres-wire';

/** A prepared statement of the client's. */
export interface Statement {
  readonly text: string;
  /** The target's RowDescription, once it was asked for. */
  description?: WireMessage;
}

/** A bound statement. */
export interface Portal {
  readonly statement: Statement;
  /** As Bind gives them; undefined when the portal was not made by Bind. */
  readonly formats: readonly number[] | undefined;
  /** The values that were bound, as the record has them. */
  readonly parameters?: readonly string[];
  /** The target's RowDescription of this portal, once it was asked for. */
  description?: WireMessage;
}

const textCharsMax = 16 * 1024 * 1024;
const statementsMax = 10_000;
const portalsMax = 1_000;

/** Statements in SQL that change what names stand for, behind the protocol's back. */
const renames = /\b(?:prepare|deallocate|discard)\b/i;

/** What the client's names of statements and portals stand for. Each change gives a way back, for when it fails. */
export class Statements {
  readonly #statements = new Map<string, Statement>();
  readonly #portals = new Map<string, Portal>();
  #textChars = 0;

  /** Parse. Faults with `resource_exhausted` beyond 10,000 statements or 16 Mi characters. */
  prepare(name: string, text: string): () => void {
    const former = this.#statements.get(name);
    const statement = { text };
    this.#set(name, statement);
    if (this.#statements.size > statementsMax || this.#textChars > textCharsMax)
      throw new Fault('resource_exhausted', 'too many prepared statements are open');
    return () => {
      if (this.#statements.get(name) === statement) this.#set(name, former);
    };
  }

  /** Bind. */
  bind(name: string, statement: string, formats: readonly number[], parameters: readonly string[] = []): () => void {
    const former = this.#portals.get(name);
    const portal = { statement: this.statement(statement), formats, parameters };
    this.#portals.set(name, portal);
    const oldest = this.#portals.size > portalsMax ? this.#portals.keys().next().value : undefined;
    if (oldest !== undefined) this.#portals.delete(oldest);
    return () => {
      if (this.#portals.get(name) !== portal) return;
      if (former === undefined) this.#portals.delete(name);
      else this.#portals.set(name, former);
    };
  }

  close(of: 'statement' | 'portal', name: string): void {
    if (of === 'statement') this.#set(name, undefined);
    else this.#portals.delete(name);
  }

  /** One that was prepared in SQL is named by the SQL that runs it. */
  statement(name: string): Statement {
    return this.#statements.get(name) ?? { text: `EXECUTE ${quoted(name)}` };
  }

  portal(name: string): Portal {
    return this.#portals.get(name) ?? { statement: { text: `FETCH FROM ${quoted(name)}` }, formats: undefined };
  }

  /** Looks at SQL that is about to run: where it may give names another meaning, what we knew of them is forgotten. */
  ran(text: string): void {
    if (!renames.test(text)) return;
    this.#statements.clear();
    this.#portals.clear();
    this.#textChars = 0;
  }

  #set(name: string, statement: Statement | undefined): void {
    this.#textChars += (statement?.text.length ?? 0) - (this.#statements.get(name)?.text.length ?? 0);
    if (statement === undefined) this.#statements.delete(name);
    else this.#statements.set(name, statement);
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The RowDescription of a portal's rows: its own, or its statement's with the formats that were bound. */
export function descriptionOf(portal: Portal): WireMessage | undefined {
  if (portal.description !== undefined) return portal.description;
  const { description } = portal.statement;
  if (description === undefined || portal.formats === undefined) return undefined;
  return { type: 'T', raw: withFormats(description, portal.formats) };
}

/** How each column of a portal's rows is masked; columns that are missing are `unknown`. */
export function masksOfPortal(portal: Portal): readonly ColumnMask[] {
  const description = descriptionOf(portal);
  if (description !== undefined) return masksOf(description);
  if (portal.formats === undefined) return [];
  if (portal.formats.length <= 1 && formatOf(portal.formats, 0) === 0) return allText;
  return portal.formats.map((format) => (format === 0 ? 'text' : 'unknown'));
}

/** More columns than PostgreSQL has. */
const allText: readonly ColumnMask[] = Array.from({ length: 1_700 }, () => 'text' as const);

export function masksOf(description: WireMessage): readonly ColumnMask[] {
  return readRowDescription(description).map(columnMask);
}
