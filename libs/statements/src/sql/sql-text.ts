import type { SqlDestination, SqlUnproven } from './outward-places.ts';

/** What a statement does to data; see README.md for what counts as what. */
export type Effect = 'read' | 'write' | 'schema' | 'administration' | 'export';

export const allEffects: readonly Effect[] = ['administration', 'export', 'read', 'schema', 'write'];

/** One statement of a SQL text, as far as the text tells. */
export interface SqlStatement {
  /** SELECT, INSERT, COPY, CREATE TABLE, … */
  readonly kind: string;
  /** Sorted. Null: what runs is named elsewhere (EXECUTE), or the statement is of a kind that is not known here. */
  readonly effects: readonly Effect[] | null;
  /** As written, with the schema where one is written; names of common table expressions are none. Sorted. */
  readonly relations: readonly string[];
  /** As written (`t.c` or `c`); `*` and `t.*` where all are asked for. Sorted. */
  readonly columns: readonly string[];
  /** Functions that are called, as written. Sorted. */
  readonly functions: readonly string[];
  /** PREPARE: the name that the statement can be run by. Its effects are those of what it prepares. */
  readonly prepares?: string;
  /** EXECUTE: the name of what runs, and what is done beside it (by its arguments, by CREATE TABLE AS). */
  readonly executes?: string;
  readonly partEffects?: readonly Effect[];
  /** DEALLOCATE: the name that is forgotten; `*` for all of them, also of DISCARD ALL. */
  readonly deallocates?: string;
  /** What follows may be done by somebody else: SET ROLE, SET SESSION AUTHORIZATION and what undoes them. */
  readonly changesRole: boolean;
  /** What follows may mean other relations and functions by the same names. */
  readonly changesSearchPath: boolean;
  /**
   * Texts that follow may be read otherwise by the server than here: `standard_conforming_strings` off, or an encoding in
   * which a backslash can be half of a character.
   */
  readonly changesLexing: boolean;
  /** Places beyond the server that the statement names. Sorted by host. */
  readonly destinations: readonly SqlDestination[];
  /** Why the text alone does not prove where data goes, of what is known to lead somewhere; empty: it does. */
  readonly unproven: readonly SqlUnproven[];
  /** Lines of shell that the server would run: COPY … PROGRAM. */
  readonly programs: readonly string[];
}

/** What a whole text does. */
export type SqlText =
  | { readonly parsed: true; readonly fingerprint: string; readonly statements: readonly SqlStatement[] }
  | {
      readonly parsed: false;
      /** The parser's words, such as `syntax error at or near "selec"`; never text of literals beyond one token. */
      readonly reason: string;
    };
