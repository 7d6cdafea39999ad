import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLocalCa } from '@inland/local-ca';
import { ValueMasker } from '@inland/masking';
import { BackendDecoder, passwordMessage, query, readBackendKey, startupMessage } from '@inland/postgres-wire';
import type { WireMessage } from '@inland/postgres-wire';
import { PostgresListener } from '@inland/proxy';
import { loadSqlParser } from '@inland/statements';
import { Client } from 'pg';
import { installPostgresClients, psql, startPsql } from '../parts/postgres.mjs';
import { startVersion, versions, type VersionServer } from '../parts/postgres-versions.mjs';
import { FakeGateway } from './fake-gateway.ts';
import { startTlsRelay, type TlsRelay } from './tls-relay.ts';

/** PostgreSQL 14, 16 and 17 behind the gateway; Debian's 15 and the embedded 18 are in the other files. */
let folder: string;
let ca: Awaited<ReturnType<typeof openLocalCa>>;
let tls: { readonly key: string; readonly cert: string };
const running: { server: VersionServer; listener: PostgresListener; relays: readonly TlsRelay[] }[] = [];

beforeAll(async () => {
  installPostgresClients();
  folder = await mkdtemp(join(tmpdir(), 'inland-versions-'));
  ca = await openLocalCa({ folder });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  tls = { key: keyPem, cert: certPem };
}, 400_000);

afterAll(async () => {
  for (const { server, listener, relays } of running) {
    await listener.close({ graceMillis: 0 });
    for (const relay of relays) await relay.stop();
    await server.stop();
  }
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function start(version: string) {
  const server = await startVersion(version, { tls });
  const relay = await startTlsRelay(server.port, tls);
  const other = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const impostor = await startTlsRelay(server.port, { key: other.keyPem, cert: other.certPem });
  const target = (name: string, port: number, mode: 'verify-full' | 'disable' = 'verify-full') => ({
    name,
    region: 'aws:eu-central-1',
    host: '127.0.0.1',
    port,
    login: { name: 'postgres', password: server.password },
    hostKeys: [],
    tls: mode === 'disable' ? { mode } : { mode, ca: ca.caPem },
  });
  const gateway = new FakeGateway({
    targets: {
      db: target('db', server.port),
      relayed: target('relayed', relay.port),
      impostor: target('impostor', impostor.port),
      plain: target('plain', server.port, 'disable'),
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
  running.push({ server, listener, relays: [relay, impostor] });
  const direct = { port: server.port, user: 'postgres', password: server.password };
  const through = { port: listener.port, user: 'postgres@db', password: 'token' };
  return { gateway, relay, direct, through };
}

const dsn = ({ port, user, password }: { readonly port: number; readonly user: string; readonly password: string }) =>
  `host=127.0.0.1 port=${port} user=${user} password=${password} dbname=postgres sslmode=require`;

/** Prints the same directly and through the gateway. */
const script = (file: string): string => `
SHOW server_version;
CREATE TEMP TABLE words (id int, word text);
\\copy words from stdin
1	one
2	two\\ttabs
3	\\N
\\.
\\copy words to stdout (format csv, header)
COPY words TO STDOUT (FORMAT binary);
\\copy words to '${file}' (format binary)
\\copy words from '${file}' (format binary)
SELECT count(*) AS doubled FROM words;
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
    const input = script(join(folder, 'words'));
    const expected = stable(await psql(['-d', dsn(world.direct)], { input }));
    expect(expected.stdout).toMatch(new RegExp(`^ ${version}\\.\\d+`, 'm'));
    expect(expected.stdout).toContain('Asynchronous notification "news" with payload "told"');
    expect(expected.stderr).toContain('22012');
    expect(expected.stdout).toMatch(/doubled *\n-+\n +6\n/);
    expect(stable(await psql(['-d', dsn(world.through)], { input }))).toEqual(expected);
  }, 60_000);

  const at = (name: string) => ({ ...world.through, user: `postgres@${name}` });

  it('is logged in to by SCRAM over TLS, its certificate verified and told to the record', async () => {
    await (await connected(world.through)).end();
    expect(world.gateway.last.openedWith?.identity).toMatch(/^sha256:[0-9a-f]{64}$/);
    await (await connected(at('plain'))).end(); // SCRAM-SHA-256, since there is nothing to bind it to
    expect(world.gateway.last.openedWith?.identity).toBe('unverified');
  });

  it('binds the login to its certificate: another of the same CA is not enough', async () => {
    await (await connected(at('relayed'))).end();
    expect(world.relay.said()).toContain('SCRAM-SHA-256-PLUS');
    await expect(connected(at('impostor'))).rejects.toMatchObject({ code: '28000' });
    expect(await world.gateway.last.closed).toEqual({ ending: 'failed', reason: 'target_credential_refused' });
  });

  it.each([
    [0, 4],
    [2, 32],
    [9999, 32],
  ])('is reached by clients of protocol 3.%d, with keys of %d bytes', async (minor, keyBytes) => {
    const socket = connectTls({ port: world.through.port, rejectUnauthorized: false, ALPNProtocols: ['postgresql'] });
    const decoder = new BackendDecoder();
    const all: WireMessage[] = [];
    /** What comes, up to a message of the type. */
    const until = async (type: string): Promise<readonly WireMessage[]> => {
      for (;;) {
        const found = all.findIndex((message) => message.type === type);
        if (found >= 0) return all.splice(0, found + 1);
        const [chunk] = (await once(socket, 'data')) as [Buffer];
        all.push(...decoder.push(chunk));
      }
    };
    const user = [
      ['user', world.through.user],
      ['database', 'postgres'],
    ] as const;
    socket.write(startupMessage(user, minor));
    const types = (await until('R')).map(({ type }) => type);
    expect(types).toEqual(minor > 2 ? ['v', 'R'] : ['R']);
    socket.write(passwordMessage(world.through.password));
    const key = (await until('K')).at(-1) as WireMessage;
    expect(readBackendKey(key).secret).toHaveLength(keyBytes);
    await until('Z');
    socket.write(query('SHOW server_version'));
    expect(String((await until('D')).at(-1)?.raw.subarray(11))).toMatch(new RegExp(`^${version}\\.\\d+`));
    socket.destroy();
  });

  it('tells whoever listens', async () => {
    const [listening, telling] = [await connected(world.through), await connected(world.direct)];
    await listening.query('LISTEN news');
    const told = once(listening, 'notification');
    await telling.query("NOTIFY news, 'of bob@example.com'");
    expect(await told).toMatchObject([{ channel: 'news', payload: 'of b**@*******.com' }]);
    await Promise.all([listening.end(), telling.end()]);
  });

  it('keeps the connection after a statement that fails or is refused, and what it says is masked', async () => {
    const client = await connected(world.through);
    await expect(client.query('SELECT $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' });
    await expect(client.query("COPY (SELECT 1) TO PROGRAM 'true'")).rejects.toMatchObject({ code: '42501' });
    const { rows } = await client.query('SELECT $1::text AS mail, $2::int + 1 AS sum', ['alice@example.com', 41]);
    expect(rows).toEqual([{ mail: 'a****@*******.com', sum: 42 }]);
    await client.end();
  });

  it('cancels what runs', async () => {
    const child = startPsql(['-d', dsn(world.through), '-c', 'SELECT pg_sleep(60)']);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const other = await connected(world.direct);
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

const stable = ({ stdout, stderr, status }: Awaited<ReturnType<typeof psql>>) => ({
  status,
  stdout: stdout.replace(/server process with PID \d+/g, 'server process'),
  stderr,
});

async function connected({ port, user, password }: Parameters<typeof dsn>[0]): Promise<Client> {
  const client = new Client({
    host: 'localhost',
    port,
    user,
    password,
    database: 'postgres',
    ssl: { ca: ca.caPem },
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  return client;
}
