import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loadSqlParser, type SqlParser } from './sql-parser.ts';
import type { SqlStatement } from './sql-text.ts';
import { corpus, evasions } from './statements.spec-support.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await loadSqlParser();
});

function statementsOf(sql: string): readonly SqlStatement[] {
  const read = parser.read(sql);
  if (!read.parsed) throw new Error(`${sql}: ${read.reason}`);
  return read.statements;
}
function only(sql: string): SqlStatement {
  const [statement, ...others] = statementsOf(sql);
  if (statement === undefined || others.length > 0) throw new Error(`not one statement: ${sql}`);
  return statement;
}

describe('what a statement does', () => {
  it.each(corpus.map((entry) => [entry[0], entry] as const))('%s', (_, [sql, does, relations]) => {
    const { kind, effects, relations: touched } = only(sql);
    expect(`${kind}: ${effects?.join(' ') ?? '?'}`).toBe(does);
    if (relations !== undefined) expect(touched.join(' ')).toBe(relations);
  });

  it.each(evasions)('is not hidden in %s', (sql, effect) => {
    const effects = statementsOf(sql).flatMap((one): readonly string[] => one.effects ?? ['?']);
    expect(effects).toContain(effect);
  });
});

describe('a statement', () => {
  it('names its columns and functions', () => {
    const { columns, functions } = only('SELECT c.name, upper(mail), o.*, * FROM c JOIN o ON c.id = o.id WHERE f.g(x)');
    expect(columns).toEqual(['*', 'c.id', 'c.name', 'mail', 'o.*', 'o.id', 'x']);
    expect(functions).toEqual(['f.g', 'upper']);
    expect(only('INSERT INTO t (a, b) VALUES (1, 2)').columns).toEqual(['a', 'b']);
    expect(only('UPDATE t SET a = b WHERE c = 1').columns).toEqual(['a', 'b', 'c']);
    expect(only('INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET d = 2').columns).toContain('d');
    const merge =
      'MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET e = 1 WHEN NOT MATCHED THEN INSERT (f) VALUES (2)';
    expect(only(merge).columns).toEqual(['e', 'f', 's.id', 't.id']);
  });

  it('says what it prepares, runs and forgets', () => {
    expect(only('PREPARE "P x" AS SELECT 1')).toMatchObject({ prepares: 'P x', effects: ['read'] });
    expect(only('EXECUTE "P x"')).toMatchObject({ executes: 'P x', effects: null, partEffects: [] });
    expect(only('CREATE TABLE t AS EXECUTE p')).toMatchObject({ executes: 'p', partEffects: ['schema', 'write'] });
    expect(only('DEALLOCATE p')).toMatchObject({ deallocates: 'p' });
    expect(only('DEALLOCATE ALL')).toMatchObject({ deallocates: '*' });
    expect(only('DISCARD ALL')).toMatchObject({ deallocates: '*', changesRole: true, changesSearchPath: true });
    expect(only('SELECT 1')).not.toHaveProperty('executes');
  });

  it.each([
    ['SET ROLE bob', true, false],
    ['SET LOCAL ROLE bob', true, false],
    ['RESET ROLE', true, false],
    ['RESET ALL', true, true],
    ["SET SESSION AUTHORIZATION 'bob'", true, false],
    ['SET search_path = evil', false, true],
    ["SELECT set_config('search_path', 'evil', false)", false, true],
    ["SELECT pg_catalog.set_config('Role', 'bob', false)", true, false],
    ['SELECT set_config($1, $2, false)', true, true],
    ["SET work_mem = '1MB'", false, false],
  ])('%s says whether what follows is done by another (%s), or means another (%s)', (sql, role, path) => {
    expect(only(sql)).toMatchObject({ changesRole: role, changesSearchPath: path });
  });
});

describe('a text', () => {
  it('has a fingerprint that constants and spelling do not change', () => {
    const one = parser.read('SELECT a FROM t WHERE b = 1');
    const other = parser.read("select A from T where B = 'x' -- y");
    expect(one).toMatchObject({ parsed: true, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(other).toMatchObject({ fingerprint: one.parsed && one.fingerprint });
    expect(parser.read('SELECT a FROM t WHERE c = 1')).not.toMatchObject({
      fingerprint: one.parsed && one.fingerprint,
    });
  });

  it.each(['', ';;', '-- nothing', '/* nothing */'])('may have no statement: %j', (sql) => {
    expect(statementsOf(sql)).toEqual([]);
  });

  it.each([
    ['selec 1', 'syntax error at or near "selec"'],
    ["SELECT 'a", 'unterminated quoted string at or near "\'a"'],
    ['SELECT 1\0; DROP TABLE t', 'it has a zero byte in it'],
    [`SELECT '${'x'.repeat(256 * 1024)}'`, 'it is too long to be parsed'],
  ])('that cannot be parsed says why', (sql, reason) => {
    expect(parser.read(sql)).toEqual({ parsed: false, reason });
  });

  it('that is nested without end is refused, however often, and others are still read', async () => {
    for (const deep of [`SELECT ${'('.repeat(50_000)}1`, `SELECT ${'1 + '.repeat(40_000)}1`])
      for (let times = 0; times < 20; times += 1) expect(parser.read(`${deep} -- ${times}`).parsed).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(only('SELECT 1').effects).toEqual(['read']);
  }, 60_000);

  it('of whatever characters is answered', () => {
    const words = fc.constantFrom(
      ...'select from where ( ) , ; $1 t a.b \'x\' "y" with as insert into values copy to $$ /* -- \n'.split(' '),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 30 }).map((all) => all.join(' ')),
        ),
        (sql) => {
          expect(typeof parser.read(sql).parsed).toBe('boolean');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('cut anywhere is answered as well', () => {
    for (const [sql] of corpus)
      for (let at = 0; at < sql.length; at += 3) expect(typeof parser.read(sql.slice(0, at)).parsed).toBe('boolean');
  });
});
