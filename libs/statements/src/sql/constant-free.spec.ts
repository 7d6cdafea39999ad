import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { constantFree } from './constant-free.ts';
import { loadSqlParser, type SqlParser } from './sql-parser.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await loadSqlParser({ keptCharsMax: 0 });
});

describe('a text without its constants', () => {
  it.each([
    ['SELECT a FROM t1 WHERE b = 17', 'SELECT a FROM t1 WHERE b = 0'],
    ['select t.c1, 5 from t where a in (1,22,333) limit 10;', 'select t.c1, 0 from t where a in (0,0,0) limit 0;'],
    ['UPDATE t SET a=a+1 WHERE b=-7', 'UPDATE t SET a=a+0 WHERE b=-0'],
    ['SELECT 1.5, 1e5, x2', 'SELECT 1.5, 1e5, x2'],
    ['SELECT 5 FROM café1, 表2, 3', 'SELECT 0 FROM café1, 表2, 0'],
  ])('%s', (text, expected) => {
    expect(constantFree(text)).toBe(expected);
  });

  it.each([
    "SELECT 'it''s 5'",
    'SELECT "5"',
    'SELECT $1',
    'SELECT $$5$$',
    'SELECT 1 -- 5',
    'SELECT 1 /* 5 */',
    'SELECT 1; SELECT 2',
    'EXPLAIN (ANALYZE 0) DELETE FROM t',
    'WITH x AS (SELECT 1) SELECT 1',
    'EXECUTE p (1)',
    `SELECT ${'1,'.repeat(1_100)}1`,
  ])('is not made of %s', (text) => {
    expect(constantFree(text)).toBeUndefined();
  });

  it('does what the text does, whatever is made of words, signs and numbers', () => {
    const words =
      'select insert into values update set delete from where and or in between limit offset order group by 1 2 ( ) , . = < > + - * / % ^ | & ! ~ : [ ] :: a b t1 int x0 1e5 .5 5. 0x1F 1_000 as for é é1 ñ7x'.split(
        ' ',
      );
    const numbers = fc.nat().map(String);
    const parts = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, numbers), { maxLength: 14 });
    const glue = fc.constantFrom(' ', '', '\n');
    let parsed = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('select', 'insert into t', 'update t set a =', 'delete from t'),
        parts,
        glue,
        (verb, rest, by) => {
          const text = `${verb} ${rest.join(by)}`;
          const free = constantFree(text);
          if (free === undefined) return;
          const [one, other] = [parser.read(text), parser.read(free)];
          expect(other.parsed).toBe(one.parsed);
          if (!one.parsed) return;
          parsed += 1;
          expect(other).toEqual(one);
        },
      ),
      { numRuns: 5_000 },
    );
    expect(parsed).toBeGreaterThan(50);
  });
});
