import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadSqlParser, type SqlParser } from '@inland/statements';
import { SessionSql } from './session-sql.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await loadSqlParser();
});

describe('what SQL does within a session', () => {
  it('adds up over the statements of a text', () => {
    expect(new SessionSql(parser).read('SELECT a FROM t; DELETE FROM u; SELECT b FROM t')).toEqual({
      fingerprint: expect.any(String),
      kinds: ['SELECT', 'DELETE', 'SELECT'],
      effects: ['read', 'write'],
      relations: ['t', 'u'],
      columns: ['a', 'b'],
    });
  });

  it('is not known of a text that cannot be parsed', () => {
    expect(new SessionSql(parser).read('selec')).toBeNull();
  });

  it('is known of EXECUTE, by what was prepared', () => {
    const sql = new SessionSql(parser);
    expect(sql.read('EXECUTE p')?.effects).toBeNull();
    sql.read('PREPARE p AS DELETE FROM t');
    sql.prepare('q', 'SELECT 1');
    expect(sql.read('EXECUTE p')?.effects).toEqual(['write']);
    expect(sql.read('EXECUTE q')?.effects).toEqual(['read']);
    expect(sql.read("EXECUTE q (lo_export(1, 'x'))")?.effects).toEqual(['administration', 'export', 'read']);
    expect(sql.read('PREPARE r AS SELECT 1; EXECUTE r')?.effects).toEqual(['read']);
    expect(sql.read('CREATE TABLE c AS EXECUTE q')?.effects).toEqual(['read', 'schema', 'write']);
  });

  it('is what any statement of that name does, since the newer may have failed to replace the older', () => {
    const sql = new SessionSql(parser);
    sql.read('PREPARE p AS DELETE FROM t');
    sql.read('PREPARE p AS SELECT 1');
    sql.read('DEALLOCATE p');
    sql.prepare('p', 'SELECT 1');
    expect(sql.read('EXECUTE p')?.effects).toEqual(['read', 'write']);
    sql.prepare('p', 'selec');
    expect(sql.read('EXECUTE p')?.effects).toBeNull();
  });

  it('is remembered for so many names', () => {
    const sql = new SessionSql(parser);
    for (let count = 0; count <= 10_000; count += 1) sql.prepare(`p${count}`, 'SELECT 1');
    expect(sql.read('EXECUTE p9999')?.effects).toEqual(['read']);
    expect(sql.read('EXECUTE p10000')?.effects).toBeNull();
  });
});
