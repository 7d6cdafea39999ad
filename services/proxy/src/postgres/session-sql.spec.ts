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

  it.each([
    'SET standard_conforming_strings = off',
    'SET standard_conforming_strings TO DEFAULT; SET LOCAL standard_conforming_strings = 0',
    "SELECT set_config('standard_conforming_strings', $1, false)",
    "SELECT set_config('standard_' || 'conforming_strings', 'off', false)",
    "UPDATE pg_settings SET setting = 'off' WHERE name = 'standard_conforming_strings'",
    "WITH pg_settings AS (SELECT 1) UPDATE pg_catalog.pg_settings SET setting = 'off'",
    "SET client_encoding = 'SJIS'",
    "SET NAMES 'GB18030'",
    'PREPARE s AS UPDATE pg_settings SET setting = $1',
  ])('is not known any more once %s may have the server read texts otherwise', (text) => {
    const sql = new SessionSql(parser);
    expect(sql.read(text)).not.toBeNull();
    expect(sql.read('SELECT 1')).toBeNull();
    expect(sql.problem('SELECT 1')).toContain('standard_conforming_strings');
  });

  it.each([
    'SET standard_conforming_strings = on',
    "SET client_encoding TO 'UTF8'",
    "SET NAMES 'latin1'",
    'RESET ALL',
    'DISCARD ALL',
    'RESET standard_conforming_strings',
    "SELECT set_config('search_path', '', false)",
  ])('is known after %s', (text) => {
    const sql = new SessionSql(parser);
    sql.read(text);
    expect(sql.read('SELECT 1')?.effects).toEqual(['read']);
  });

  it('is not known when the target tells that it reads texts otherwise', () => {
    for (const [setting, value] of [
      ['standard_conforming_strings', 'off'],
      ['client_encoding', 'SHIFT_JIS_2004'],
    ] as const) {
      const sql = new SessionSql(parser);
      sql.told('standard_conforming_strings', 'on');
      sql.told('client_encoding', 'UTF8');
      sql.told('server_encoding', 'EUC_JP');
      expect(sql.read('SELECT 1')).not.toBeNull();
      sql.told(setting, value);
      sql.told(setting, 'on');
      expect(sql.read('SELECT 1')).toBeNull();
    }
  });

  it('is remembered for so many names', () => {
    const sql = new SessionSql(parser);
    for (let count = 0; count <= 10_000; count += 1) sql.prepare(`p${count}`, 'SELECT 1');
    expect(sql.read('EXECUTE p9999')?.effects).toEqual(['read']);
    expect(sql.read('EXECUTE p10000')?.effects).toBeNull();
  });
});
