import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLocalCa } from '@inland/local-ca';
import { ValueMasker } from '@inland/masking';
import { PostgresListener } from '@inland/proxy';
import { loadSqlParser } from '@inland/statements';
import { driverNames, installPostgresDrivers, runDriver } from '../parts/postgres-drivers.mjs';
import { installPostgresClients, psql, startPsql } from '../parts/postgres.mjs';
import { startRegression, type RegressionServer } from '../parts/postgres-regression.mjs';
import { FakeGateway } from './fake-gateway.ts';

let folder: string;
let server: RegressionServer;
let gateway: FakeGateway;
let listener: PostgresListener;

beforeAll(async () => {
  installPostgresClients();
  installPostgresDrivers();
  folder = await mkdtemp(join(tmpdir(), 'inland-drivers-'));
  const ca = await openLocalCa({ folder: join(folder, 'ca') });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const tls = { key: keyPem, cert: certPem };
  server = await startRegression({ tls });
  gateway = new FakeGateway({
    targets: {
      whole: {
        name: 'whole',
        region: 'aws:eu-central-1',
        host: '127.0.0.1',
        port: server.port,
        login: { name: 'postgres', password: server.password },
        hostKeys: [],
        tls: { mode: 'verify-full', ca: ca.caPem },
      },
    },
  });
  listener = new PostgresListener({
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
}, 400_000);

afterAll(async () => {
  await listener?.close({ graceMillis: 0 });
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const database = 'drivers';
const direct = () => ({ host: '127.0.0.1', port: server.port, user: 'postgres', password: server.password, database });
const through = () => ({
  host: '127.0.0.1',
  port: listener.port,
  user: 'postgres@whole',
  password: 'token',
  database,
});

describe('a driver', () => {
  it.each(driverNames)(
    '%s gets through the gateway what it gets without',
    async (name) => {
      server.newDatabase(database);
      const expected = await runDriver(name, direct());
      expect([expected.status, expected.errors]).toEqual([0, '']);
      expect(expected.output.split('\n').length).toBeGreaterThan(5);
      server.newDatabase(database);
      const got = await runDriver(name, through());
      expect([got.status, got.errors]).toEqual([0, '']);
      expect(got.output).toBe(expected.output);
    },
    240_000,
  );
});

describe('psql', () => {
  const dsn = ({ host, port, user, password: secret }: ReturnType<typeof direct>): string =>
    `host=${host} port=${port} user=${user} password=${secret} dbname=${database} sslmode=require`;
  const script = `
DROP TABLE IF EXISTS words;
CREATE TABLE words (id int, word text);
\\copy words from stdin
1	one
2	two\\ttabs
3	\\N
\\.
\\copy words to stdout (format csv, header)
\\copy (select * from words order by id desc) to stdout
SELECT format('SELECT %L AS made', word) FROM words ORDER BY id \\gexec
SELECT 1 AS one \\; SELECT 2 AS two \\g
SELECT id AS a, word AS b FROM words WHERE id = 1 \\gset
\\echo :a :b
\\d words
\\dt
\\set AUTOCOMMIT off
INSERT INTO words VALUES (4, 'four');
ROLLBACK;
\\set ON_ERROR_ROLLBACK on
SELECT 1/0;
SELECT count(*) FROM words;
COMMIT;
\\lo_import /etc/hostname
\\lo_unlink :LASTOID
\\conninfo
`;

  it('does through the gateway what it does without: copies, variables, what it makes, large objects', async () => {
    const run = async (to: ReturnType<typeof direct>): Promise<string> => {
      server.newDatabase(database);
      const { stdout, stderr } = await psql(['-a', '-d', dsn(to)], { input: script.replaceAll('\\\\', '\\') });
      return `${stdout}\n${stderr}`
        .replaceAll(String(to.port), 'PORT')
        .replaceAll(`"${to.user}"`, 'USER')
        .replace(/lo_import \d+/, 'lo_import OID')
        .replace(/lo_unlink \d+/, 'lo_unlink OID');
    };
    const expected = await run(direct());
    expect(await run(through())).toBe(expected);
    expect(expected).toContain('two');
  }, 60_000);

  it('watches until Ctrl-C, and goes on', async () => {
    server.newDatabase(database);
    const child = startPsql(['-d', dsn(through())], {});
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdin.write("SELECT 'watched' AS it \\watch 0.1\n");
    const ended = new Promise((resolve) => child.once('close', resolve));
    while (said.split('watched').length < 4) await wait(20);
    child.kill('SIGINT');
    child.stdin.end("SELECT 'still here' AS it;\n");
    await ended;
    expect(said).toContain('still here');
  }, 60_000);

  it('cancels by Ctrl-C what runs', async () => {
    const before = gateway.sessions.length;
    const child = startPsql(['-d', dsn(through())], {});
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdin.write('SELECT pg_sleep(60);\n');
    while (gateway.sessions.length === before || gateway.last.commands.length === 0) await wait(20);
    const ended = new Promise((resolve) => child.once('close', resolve));
    const pressed = setInterval(() => child.kill('SIGINT'), 300); // the first may come before the target runs it
    while (!said.includes('57014')) await wait(20);
    clearInterval(pressed);
    child.stdin.end();
    await ended; // psql stops a script there
    expect(gateway.sessions[before]?.commands[0]?.result?.status).toBe('ERROR 57014');
  }, 60_000);
});

describe('pgbench', () => {
  const execute = promisify(execFile);
  const pgbench = (to: ReturnType<typeof direct>, ...args: readonly string[]) =>
    execute('pgbench', ['-n', ...args, '-h', to.host, '-p', String(to.port), '-U', to.user, database], {
      timeout: 100_000,
      env: { PATH: process.env['PATH'], PGPASSWORD: to.password, PGSSLMODE: 'require', LC_ALL: 'C' },
    });

  it('prepares its tables and runs in each of its modes, and in a pipeline', async () => {
    server.newDatabase(database);
    await pgbench(through(), '-i', '-q', '-s', '1');
    for (const mode of ['simple', 'extended', 'prepared']) {
      const { stdout } = await pgbench(through(), '-M', mode, '-c', '4', '-t', '50');
      expect(stdout).toContain('number of transactions actually processed: 200/200');
      expect(stdout).toContain('number of failed transactions: 0');
    }
    const file = join(folder, 'pipeline.sql');
    const statements = Array.from({ length: 30 }, () => 'SELECT abalance FROM pgbench_accounts WHERE aid = 1;');
    await writeFile(file, `\\startpipeline\n${statements.join('\n')}\n\\endpipeline\n`);
    for (const mode of ['extended', 'prepared']) {
      const { stdout } = await pgbench(through(), '-M', mode, '-f', file, '-c', '2', '-t', '20');
      expect(stdout).toContain('number of transactions actually processed: 40/40');
    }
  }, 200_000);
});
