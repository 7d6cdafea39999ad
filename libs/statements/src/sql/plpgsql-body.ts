import { isFields } from './tree.ts';

/** The SQL in a PL/pgSQL body. */
export interface PlpgsqlBody {
  /** Statements and expressions, each as SQL of its own. */
  readonly runs: readonly string[];
  /** Expressions whose value is run as SQL (EXECUTE). */
  readonly builds: readonly string[];
}

/** Statements of PL/pgSQL whose `query` is an expression: its value is what runs. */
const executing = new Set(['PLpgSQL_stmt_dynexecute', 'PLpgSQL_stmt_dynfors']);
/** Of other statements, the parts that are so. */
const builtParts = new Set(['dynquery']);
/** What is known to be run by its expressions and its parts alone. */
const known =
  /^PLpgSQL_(function|var|promise|rec|row|recfield|arrayelem|type|expr|nsitem|if_elsif|case_when|exception|exception_block|condition|raise_option|diag_item|stmt_(block|assign|if|case|loop|while|fori|fors|forc|foreach_a|exit|return|return_next|return_query|raise|assert|execsql|dynexecute|dynfors|getdiag|open|fetch|close|perform|call|commit|rollback))$/;

/** How an expression is written (RawParseMode): a statement, an expression, or `target := expression` from there on. */
const asStatement = 0;
const asExpression = 2;

/** From the tree that libpg-query gives of a CREATE FUNCTION; null when something in it is not known. */
export function plpgsqlBody(tree: unknown): PlpgsqlBody | null {
  const runs: string[] = [];
  const builds: string[] = [];
  const visit = (value: unknown, owner: string, part: string): boolean => {
    if (Array.isArray(value)) return value.every((each) => visit(each, owner, part));
    if (!isFields(value)) return true;
    for (const [key, inner] of Object.entries(value)) {
      if (key.startsWith('PLpgSQL_')) {
        if (!known.test(key)) return false;
        if (key === 'PLpgSQL_expr') {
          if (!isFields(inner)) return false;
          const sql = sqlOf(inner);
          if (sql === null) return false;
          if (builtParts.has(part) || (executing.has(owner) && part === 'query'))
            builds.push(sql.replace(/^SELECT /, ''));
          else runs.push(sql);
        } else if (!visit(inner, key, '')) return false;
      } else if (!visit(inner, owner, key)) return false;
    }
    return true;
  };
  return visit(tree, '', '') ? { runs, builds } : null;
}

function sqlOf({ query, parseMode }: Readonly<Record<string, unknown>>): string | null {
  if (typeof query !== 'string' || typeof parseMode !== 'number') return null;
  if (parseMode === asStatement) return query;
  if (parseMode === asExpression) return `SELECT ${query}`;
  const assigned = /^([^:=]+):?=([^]*)$/.exec(query);
  return assigned === null ? null : `SELECT ${assigned[1] ?? ''}, ${assigned[2] ?? ''}`;
}
