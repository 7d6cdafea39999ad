import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLocalCa } from '@inland/local-ca';
import { ValueMasker } from '@inland/masking';
import { PostgresListener } from '@inland/proxy';
import { loadSqlParser } from '@inland/statements';
import pg from 'pg';
import { installPostgresClients, psql, startPsql } from '../parts/postgres.mjs';
import { startVersion, versions, type VersionServer } from '../parts/postgres-versions.mjs';
import { FakeGateway } from './fake-gateway.ts';

/** PostgreSQL 14, 16 and 17 behind the gateway; Debian's 15 and the embedded 18 are in the other files. */
let folder: string;
let ca: Awaited<ReturnType<typeof openLocalCa>>;
let tls: { readonly key: string; readonly cert: string };
const running: { server: VersionServer; listener: PostgresListener; gateway: FakeGateway }[] = [];

beforeAll(async () => {
  installPostgresClients();
  folder = await mkdtemp(join(tmpdir(), 'inland-versions-'));
  ca = await openLocalCa({ folder });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  tls = { key: keyPem, cert: certPem };
}, 400_000);

afterAll(async () => {
  for (const { server, listener } of running) {
    await listener.close({ graceMillis: 0 });
    await server.stop();
  }
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function start(version: string) {
  const server = await startVersion(version, { tls });
  const gateway = new FakeGateway({
    targets: {
      db: {
        name: 'db',
        region: 'aws:eu-central-1',
        host: '127.0.0.1',
        port: server.port,
        login: { name: 'postgres', password: server.password },
        hostKeys: [],
        tls: { mode: 'verify-full', ca: ca.caPem },
      },
    },
    mask: ['email'],
    refuses: ({ text }) => (/program/i.test(text) ? 'not here' : undefined),
  });
  const listener = new PostgresListener({
    gateway,
    authenticate: async () => ({
      kind: 'proven',
      subject: 'alice',
      groups: [],
      identityProvider: 'test',
      method: 'database-token',
      credentialId: 'token',
    }),
    tls,
    host: '127.0.0.1',
    port: 0,
    limits: { unauthenticatedMax: 10, handshakeMillis: 30_000 },
    valueMask: (names) => new ValueMasker(names),
    sqlParser: await loadSqlParser(),
    logger: { warn: () => undefined },
  });
  await listener.listen();
  running.push({ server, listener, gateway });
  const direct = { port: server.port, user: 'postgres', password: server.password };
  const through = { port: listener.port, user: 'postgres@db', password: 'token' };
  return { gateway, direct, through };
}

const dsn = ({ port, user, password }: { readonly port: number; readonly user: string; readonly password: string }) =>
  `host=127.0.0.1 port=${port} user=${user} password=${password} dbname=postgres sslmode=require`;

/** Prints the same directly and through the gateway. */
const script = `
SHOW server_version;
CREATE TEMP TABLE words (id int, word text);
\\copy words from stdin
1	one
2	two\\ttabs
3	\\N
\\.
\\copy words to stdout (format csv, header)
COPY words TO STDOUT (FORMAT binary);
SELECT format('SELECT %L AS made', word) FROM words ORDER BY id \\gexec
PREPARE one AS SELECT word FROM words WHERE id = $1;
EXECUTE one(1);
BEGIN;
SELECT 1/0;
SELECT 'skipped';
ROLLBACK;
SELECT lo_from_bytea(0, 'large') > 0;
DO $$ BEGIN RAISE NOTICE 'a notice'; END $$;
LISTEN news;
NOTIFY news, 'told';
SELECT pg_backend_pid() > 0;
`;

describe.each(versions)('PostgreSQL %s', (version) => {
  let world: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    world = await start(version);
  }, 120_000);

  it('prints to psql through the gateway what it prints without', async () => {
    const stable = ({ stdout, stderr, status }: Awaited<ReturnType<typeof psql>>) => ({
      status,
      stdout: stdout.replace(/server process with PID \d+/g, 'server process'),
      stderr,
    });
    const expected = stable(await psql(['-d', dsn(world.direct)], { input: script }));
    expect(expected.stdout).toMatch(new RegExp(`^ ${version}\\.\\d+`, 'm'));
    expect(expected.stdout).toContain('Asynchronous notification "news" with payload "told"');
    expect(expected.stderr).toContain('22012');
    expect(stable(await psql(['-d', dsn(world.through)], { input: script }))).toEqual(expected);
  }, 60_000);

  it('is logged in to by SCRAM over TLS, its certificate verified and told to the record', async () => {
    const client = new pg.Client({ ...connection(world.through), connectionTimeoutMillis: 10_000 });
    await client.connect();
    await client.end();
    expect(world.gateway.last.openedWith?.identity).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('keeps the connection after a statement that is refused, and what it says is masked', async () => {
    const client = new pg.Client(connection(world.through));
    await client.connect();
    await expect(client.query("COPY (SELECT 1) TO PROGRAM 'true'")).rejects.toMatchObject({ code: '42501' });
    const { rows } = await client.query('SELECT $1::text AS mail, $2::int + 1 AS sum', ['alice@example.com', 41]);
    expect(rows).toEqual([{ mail: 'a****@*******.com', sum: 42 }]);
    await client.end();
  });

  it('cancels what runs', async () => {
    const child = startPsql(['-d', dsn(world.through), '-c', 'SELECT pg_sleep(60)']);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const other = new pg.Client({ ...connection(world.direct) });
    await other.connect();
    const sleeping = async (): Promise<boolean> =>
      (await other.query("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"))
        .rows.length === 1;
    while (!(await sleeping()));
    child.kill('SIGINT');
    await once(child, 'close');
    expect(said).toContain('57014');
    await other.end();
  }, 60_000);
});

function connection({ port, user, password }: Parameters<typeof dsn>[0]) {
  return { host: 'localhost', port, user, password, database: 'postgres', ssl: { ca: ca.caPem } };
}
