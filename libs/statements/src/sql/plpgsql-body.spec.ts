import { describe, expect, it } from '@jest/globals';
import { plpgsqlBody } from './plpgsql-body.ts';

const expression = (query: unknown, parseMode: unknown) => ({ PLpgSQL_expr: { query, parseMode } });

describe('the SQL of a PL/pgSQL body', () => {
  it('is that of its statements, expressions and assignments', () => {
    const tree = {
      plpgsql_funcs: [
        {
          PLpgSQL_function: {
            datums: [{ PLpgSQL_var: { default_val: expression('f(1)', 2) } }],
            action: {
              PLpgSQL_stmt_block: {
                body: [
                  { PLpgSQL_stmt_execsql: { sqlstmt: expression('DELETE FROM t', 0) } },
                  { PLpgSQL_stmt_assign: { expr: expression('a[i] := g(2)', 3) } },
                  { PLpgSQL_stmt_assign: { expr: expression("b = c <> ':='", 3) } },
                ],
              },
            },
          },
        },
      ],
    };
    expect(plpgsqlBody(tree)).toEqual({
      runs: ['SELECT f(1)', 'DELETE FROM t', 'SELECT a[i] ,  g(2)', "SELECT b ,  c <> ':='"],
      builds: [],
    });
  });

  it('is what an expression gives, where that is run', () => {
    const query = expression("'DROP TABLE ' || a", 2);
    const inLoop = { PLpgSQL_stmt_dynfors: { query, params: [expression('p', 2)], body: [] } };
    expect(plpgsqlBody(inLoop)).toEqual({ runs: ['SELECT p'], builds: ["'DROP TABLE ' || a"] });
    const opened = { PLpgSQL_stmt_open: { dynquery: query, argquery: expression('q', 2) } };
    expect(plpgsqlBody(opened)).toEqual({ runs: ['SELECT q'], builds: ["'DROP TABLE ' || a"] });
  });

  it.each([
    ['a statement that is not known', { PLpgSQL_stmt_teleport: {} }],
    ['an expression without its text', expression(undefined, 0)],
    ['an expression without its mode', expression('a', undefined)],
    ['an expression of nothing', { PLpgSQL_expr: null }],
    ['an assignment that is none', expression('a', 3)],
  ])('cannot be told from %s', (_, tree) => {
    expect(plpgsqlBody([{ PLpgSQL_stmt_block: { body: [tree] } }])).toBeNull();
  });
});
