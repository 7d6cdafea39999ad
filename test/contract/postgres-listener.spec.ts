import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BackendDecoder,
  cancelRequest,
  passwordMessage,
  query,
  readBackendKey,
  sslRequest,
  startupMessage,
  type WireMessage,
} from '@inland/postgres-wire';
import { setTimeout as wait } from 'node:timers/promises';
import { startDemoPostgres, type DemoPostgres } from '@inland/demo-targets';
import { openLocalCa, type LocalCa } from '@inland/local-ca';
import { ValueMasker } from '@inland/masking';
import { loadSqlParser, type SqlParser } from '@inland/statements';
import { PostgresListener, type Identity, type ResolvedTarget } from '@inland/proxy';
import { Client } from 'pg';
import postgres from 'postgres';
import { installPostgresClients, psql, startPsql } from '../parts/postgres.mjs';
import { FakeGateway, type FakeGatewayOptions } from './fake-gateway.ts';

const token = 'a-good-token';
const detectors = ['email', 'card', 'iban'];
const raw = { email: 'anneliese.brandt@example.org', card: '4100000079193315', iban: 'DE40500105175401234567' };

let sqlParser: SqlParser;
let folder: string;
let database: DemoPostgres;
let otherCa: LocalCa;
let tls: { readonly key: string; readonly cert: string };
let caFile: string;
let target: ResolvedTarget;
let cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  installPostgresClients();
  sqlParser = await loadSqlParser();
  folder = await mkdtemp(join(tmpdir(), 'inland-postgres-'));
  database = await startDemoPostgres({ folder: join(folder, 'demo') });
  const ca = await openLocalCa({ folder: join(folder, 'gateway') });
  otherCa = await openLocalCa({ folder: join(folder, 'other') });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  tls = { key: keyPem, cert: certPem };
  caFile = join(folder, 'gateway.crt');
  await writeFile(caFile, ca.caPem);
  target = {
    name: 'orders-eu',
    region: 'aws:eu-central-1',
    host: database.host,
    port: database.port,
    login: { name: 'app', password: database.password },
    hostKeys: [],
    tls: { mode: 'verify-full', ca: database.caPem },
  };
}, 60_000);

afterAll(async () => {
  await database.stop();
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const each of cleanUp.toReversed()) await each();
  cleanUp = [];
});

async function start(options: Partial<FakeGatewayOptions> = {}, limits: { readonly handshakeMillis?: number } = {}) {
  const gateway = new FakeGateway({ targets: { 'orders-eu': target }, ...options });
  const proven: Identity = {
    kind: 'proven',
    subject: 'alice',
    groups: ['developers'],
    identityProvider: 'test',
    method: 'database-token',
    credentialId: 'token-1',
  };
  const unproven: Identity = {
    kind: 'unproven',
    method: 'database-token',
    credentialId: '',
    reason: 'credential_invalid',
  };
  const listener = new PostgresListener({
    gateway,
    authenticate: (given) => Promise.resolve(given === token ? proven : unproven),
    tls,
    sqlParser,
    host: '127.0.0.1',
    port: 0,
    limits: { unauthenticatedMax: 50, handshakeMillis: limits.handshakeMillis ?? 10_000 },
    valueMask: (names) => new ValueMasker(names),
    logger: { warn: () => undefined },
  });
  await listener.listen();
  cleanUp.push(() => listener.close({ graceMillis: 0 }));
  const dsn = (user: string, more = 'sslmode=verify-full'): string =>
    `host=localhost hostaddr=127.0.0.1 port=${listener.port} user=${user} dbname=shop sslrootcert=${caFile} ${more}`;
  const run = (
    sql: string | readonly string[],
    { user = 'app@orders-eu', password = token, input = '', more = 'sslmode=verify-full' } = {},
  ) =>
    psql(['-d', dsn(user, more), ...[sql].flat().flatMap((each) => ['-c', each])], {
      env: { PGPASSWORD: password },
      input,
    });
  return { gateway, listener, dsn, run };
}

type Started = Awaited<ReturnType<typeof start>>;

async function nodePostgres({ listener }: Started): Promise<Client> {
  const client = new Client({
    host: 'localhost',
    port: listener.port,
    user: 'app@orders-eu',
    password: token,
    database: 'shop',
    ssl: { ca: await import('node:fs').then(({ readFileSync }) => readFileSync(caFile, 'utf8')) },
  });
  client.on('error', () => undefined);
  await client.connect();
  cleanUp.push(() => client.end());
  return client;
}

describe('psql through the PostgreSQL listener', () => {
  it('gets what it asks for, and the record has it all', async () => {
    const started = await start();
    const { status, stdout, stderr } = await started.run([
      'SELECT name FROM customers WHERE id = 1',
      'SELECT 1 AS one; SELECT 2 AS two',
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('Anneliese Brandt');
    expect(stdout).toContain('two');
    const { commands, closed, openedWith } = started.gateway.last;
    expect(commands.map(({ request, result }) => [request.operation, request.text, result])).toEqual([
      ['postgres.query', 'SELECT name FROM customers WHERE id = 1', { status: 'SELECT 1', rows: 1 }],
      ['postgres.query', 'SELECT 1 AS one; SELECT 2 AS two', { status: 'SELECT 1', rows: 2 }],
    ]);
    expect(commands[0]?.recorded.toString('latin1')).toContain('Anneliese Brandt');
    expect(await closed).toEqual({ ending: 'completed', reason: 'client_closed' });
    expect(openedWith?.identity).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(started.gateway.attempts[0]).toMatchObject({ requestedName: 'app@orders-eu', client: { software: 'psql' } });
  });

  it('takes login%target, and a database that is not named', async () => {
    const { listener, run, gateway } = await start();
    expect((await run('SELECT current_user', { user: 'app%orders-eu' })).stdout).toContain('app');
    const unnamed = `host=localhost port=${listener.port} user=app@orders-eu sslmode=require`;
    const { stderr } = await psql(['-d', unnamed, '-c', 'SELECT 1'], { env: { PGPASSWORD: token } });
    expect(stderr).toContain('database "app" does not exist');
    expect(await gateway.last.closed).toEqual({ ending: 'failed', reason: 'target_refused' });
  });

  it('is shown masked values, and so is the record', async () => {
    const { run, gateway } = await start({ mask: detectors });
    const { stdout } = await run([
      'SELECT name, email, card, iban FROM customers WHERE id = 1',
      "DO $$ BEGIN RAISE NOTICE 'mail to anneliese.brandt@example.org'; END $$",
    ]);
    expect(stdout).toContain('Anneliese Brandt');
    for (const value of Object.values(raw)) expect(stdout).not.toContain(value);
    for (const { recorded } of gateway.last.commands)
      for (const value of Object.values(raw)) expect(recorded.includes(value)).toBe(false);
    expect(gateway.last.commands[0]?.maskedValues).toBe(3);
    expect(gateway.last.commands[1]?.maskedValues).toBe(1);
  });

  it('is told the errors of the target, with what they quote masked', async () => {
    const { run, gateway } = await start({ mask: detectors });
    const { stderr, status } = await run("SELECT 'anneliese.brandt@example.org'::int");
    expect(status).toBe(1);
    expect(stderr).toContain('22P02');
    // psql itself shows the statement that it sent; what the target said of it stands in the first line.
    expect(stderr.split('\n')[0]).not.toContain(raw.email);
    expect(gateway.last.commands[0]?.recorded.includes(raw.email)).toBe(false);
    expect(gateway.last.commands[0]?.result).toEqual({ status: 'ERROR 22P02', rows: 0 });
  });

  it('goes on after a refusal, which names the rule and the request', async () => {
    const { run, gateway } = await start({
      refuses: ({ text }) => (/program/i.test(text) ? 'COPY TO PROGRAM leaves the region' : undefined),
    });
    const { stdout, stderr } = await run(["COPY customers TO PROGRAM 'cat'", 'SELECT 7 AS seven']);
    expect(stderr).toContain('42501');
    expect(stderr).toContain('COPY TO PROGRAM leaves the region');
    expect(stderr).toContain('rule ResidencyPolicy/test');
    expect(stderr).toContain('request-1');
    expect(stdout).toContain('seven');
    expect(gateway.last.commands.map(({ request }) => request.text)).toEqual(['SELECT 7 AS seven']);
  });

  it('sees its transaction fail at the target too when a statement in it is refused', async () => {
    const { run } = await start({ refuses: ({ text }) => (text.includes('forbidden') ? 'not here' : undefined) });
    const { stdout, stderr } = await run([
      'BEGIN',
      "INSERT INTO orders VALUES (1000, 1, 'x', 1, 1)",
      'SELECT 1 AS forbidden',
      'SELECT 2',
      'COMMIT',
      'SELECT count(*) AS kept FROM orders WHERE id = 1000',
    ]);
    expect(stderr).toContain('not here');
    expect(stderr).toContain('25P02');
    expect(stdout).toContain('ROLLBACK');
    expect(stdout).toMatch(/kept\s*\n-+\n\s+0/);
  });

  it('copies in and out', async () => {
    const { run, gateway } = await start({ mask: detectors });
    const { stdout, stderr } = await run(
      [
        'CREATE TEMP TABLE people (id int, email text)',
        'COPY people FROM STDIN',
        'SELECT count(*) FROM people',
        'COPY people TO STDOUT',
      ],
      { input: '1\tone@example.org\n2\ttwo@example.org\n\\.\n' },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\n\s+2\n/);
    expect(stdout).not.toContain('one@example.org');
    const [, copyIn, , copyOut] = gateway.last.commands;
    expect(copyIn?.result).toEqual({ status: 'COPY 2', rows: 2 });
    expect(copyIn?.input.toString()).toMatch(/^1\t.+\n2\t.+\n/);
    expect(copyIn?.input.includes('one@example.org')).toBe(false);
    expect(copyOut?.maskedValues).toBe(2);
  });

  it('copies much with bounded records', async () => {
    const { run, gateway } = await start();
    const { stdout } = await run("COPY (SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n) TO STDOUT");
    expect(stdout.split('\n')).toHaveLength(20_001);
    const [command] = gateway.last.commands;
    expect(command?.recorded.length).toBeLessThan(70 * 1024);
    expect(command?.summarisedBytes).toBeGreaterThan(1_900_000);
    expect(command?.result).toEqual({ status: 'COPY 20000', rows: 20_000 });
  });

  it('records 16 MiB of rows in full, and counts and hashes what comes on top', async () => {
    const { run, gateway } = await start();
    const { stdout } = await run("SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n");
    expect(stdout.match(/x{1000}/g)).toHaveLength(20_000);
    const [command] = gateway.last.commands;
    const { recorded, summarisedBytes = 0 } = command ?? {};
    expect(recorded?.length).toBeGreaterThan(16 * 1024 * 1024 - 2_000);
    expect(recorded?.length).toBeLessThan(16 * 1024 * 1024 + 2_000);
    expect((recorded?.length ?? 0) + summarisedBytes).toBeGreaterThan(20_000 * 1_000);
    expect(command?.result).toEqual({ status: 'SELECT 20000', rows: 20_000 });
  }, 30_000);

  it('cancels what runs', async () => {
    const { dsn, gateway } = await start();
    const child = startPsql(['-d', dsn('app@orders-eu'), '-c', 'SELECT pg_sleep(60)'], { env: { PGPASSWORD: token } });
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    while (gateway.sessions.length === 0 || gateway.last.commands.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = once(child, 'close');
    // The first interrupts may come before the target has begun.
    const again = setInterval(() => child.kill('SIGINT'), 200);
    await closed;
    clearInterval(again);
    expect(said).toContain('57014');
    expect(gateway.last.commands[0]?.result).toEqual({ status: 'ERROR 57014', rows: 0 });
  });
});

describe('who may not pass the PostgreSQL listener', () => {
  it('is told to encrypt', async () => {
    const { run, gateway } = await start();
    const { stderr, status } = await run('SELECT 1', { more: 'sslmode=disable' });
    expect(status).toBe(2);
    expect(stderr).toContain('sslmode=require');
    expect(gateway.attempts).toEqual([]);
  });

  it('is told that the token is not good', async () => {
    const { run, gateway } = await start();
    const { stderr } = await run('SELECT 1', { password: 'wrong' });
    expect(stderr).toContain('this token is not one of ours');
    expect(stderr).toContain('credential_invalid');
    expect(gateway.sessions).toEqual([]);
  });

  it('is told the rule that keeps them out', async () => {
    const { run } = await start();
    const { stderr } = await run('SELECT 1', { user: 'app@orders-us' });
    expect(stderr).toContain('the target is in US, outside EEA.');
    expect(stderr).toContain('rule ResidencyPolicy/stays-in-eea');
    expect(stderr).toContain('Quote request request-1');
  });

  it('gets no replication stream that is not granted, or must be masked', async () => {
    const more = 'sslmode=require replication=1';
    const refused = await start({
      refuses: ({ operation }) => (/replication/.test(operation) ? 'no grant' : undefined),
    });
    expect((await refused.run('IDENTIFY_SYSTEM', { more })).stderr).toMatch(/Inland refused this: no grant/);
    expect(await refused.gateway.last.closed).toEqual({ ending: 'failed', reason: 'operation_forbidden' });
    const masked = await start({ mask: detectors });
    expect((await masked.run('IDENTIFY_SYSTEM', { more })).stderr).toContain('replication stream cannot be');
    expect(await masked.gateway.last.closed).toEqual({ ending: 'failed', reason: 'replication_unmasked' });
  });

  it('is warned before a limit ends their session, and told what it was', async () => {
    const started = await start();
    const client = await nodePostgres(started);
    const warned = once(client, 'notice') as Promise<[{ readonly message: string; readonly severity: string }]>;
    started.gateway.last.warn('this session ends in a minute.');
    const [notice] = await warned;
    expect([notice.severity, notice.message]).toEqual(['WARNING', 'Inland: this session ends in a minute.']);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    const failed = once(client, 'error') as Promise<[{ readonly code: string; readonly message: string }]>;
    started.gateway.last.end({ code: 'session_idle_over', rule: '', message: 'nothing happened.', requestId: 'r' });
    const [error] = await failed;
    expect([error.code, error.message]).toEqual(['57P05', 'Inland refused this: nothing happened.']);
    expect(await started.gateway.last.closed).toEqual({ ending: 'aborted', reason: 'session_idle_over' });
  });

  it.each([
    [0, 4],
    [2, 32],
    [9999, 32],
  ])(
    'may speak protocol 3.%d, and cancels by a key of %d bytes',
    async (minor, keyBytes) => {
      const { listener } = await start();
      const socket = connectTls({
        port: listener.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ALPNProtocols: ['postgresql'],
      });
      await once(socket, 'secureConnect');
      const decoder = new BackendDecoder();
      const messages: WireMessage[] = [];
      const until = (type: string): Promise<WireMessage> =>
        new Promise((resolve) => {
          const look = (): void => {
            const at = messages.findIndex((message) => message.type === type);
            if (at < 0) return;
            socket.off('data', look);
            resolve(messages.splice(0, at + 1).at(-1) as WireMessage);
          };
          socket.on('data', look);
          look();
        });
      socket.on('data', (chunk: Buffer) => messages.push(...decoder.push(chunk)));
      socket.write(
        startupMessage(
          [
            ['user', 'app@orders-eu'],
            ['database', 'shop'],
          ],
          minor,
        ),
      );
      if (minor > 2) expect((await until('v')).raw.subarray(5)).toEqual(Buffer.from([0, 3, 0, 2, 0, 0, 0, 0]));
      await until('R');
      socket.write(passwordMessage(token));
      const { processId, secret } = readBackendKey(await until('K'));
      expect(secret).toHaveLength(keyBytes);
      await until('Z');
      socket.write(query('SELECT pg_sleep(60)'));
      for (;;) {
        // The target may not run it yet when it is first asked to cancel it.
        const other = connectTls({
          port: listener.port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          ALPNProtocols: ['postgresql'],
        });
        other.on('error', () => undefined).write(cancelRequest(processId, secret));
        await once(other.resume(), 'close');
        if (messages.some(({ type }) => type === 'E')) break;
        if ((await Promise.race([until('E').then(() => true), wait(200).then(() => false)])) as boolean) break;
      }
      socket.destroy();
    },
    30_000,
  );

  it.each<[string, (good: ResolvedTarget) => ResolvedTarget | Promise<ResolvedTarget>, string, string]>([
    ['target_unreachable', (good) => ({ ...good, port: 1 }), '08006', 'cannot be reached'],
    [
      'target_credential_refused',
      (good) => ({ ...good, login: { name: 'app', password: 'wrong' } }),
      '28000',
      'credential',
    ],
    [
      'target_identity_changed',
      (good) => ({ ...good, tls: { mode: 'verify-full', ca: otherCa.caPem } }),
      '08006',
      'certificate',
    ],
    [
      'target_identity_changed',
      (good) => ({ ...good, tls: { mode: 'verify-full', ca: good.tls.ca ?? '', serverName: 'elsewhere' } }),
      '08006',
      'certificate',
    ],
  ])('is told of %s', async (reason, change, sqlState, words) => {
    const { run, gateway } = await start({ targets: { 'orders-eu': await change(target) } });
    const { stderr } = await run('SELECT 1');
    expect(stderr).toContain(words);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain(database.password);
    expect(sqlState).toMatch(/^\w{5}$/);
    expect(await gateway.last.closed).toEqual({ ending: 'failed', reason });
  });

  it('is cut off alone when they send garbage', async () => {
    const started = await start();
    const client = await nodePostgres(started);
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(64, 0xff),
      Buffer.from('16030100050100000000', 'hex'),
    ]) {
      const socket = connect(started.listener.port, '127.0.0.1').on('error', () => undefined);
      socket.resume().write(bytes);
      await once(socket, 'close');
    }
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('cannot smuggle bytes in front of TLS', async () => {
    const { listener, gateway } = await start();
    const socket = connect(listener.port, '127.0.0.1').on('error', () => undefined);
    socket.write(Buffer.concat([sslRequest(), startupMessage([['user', 'app@orders-eu']])]));
    await once(socket.resume(), 'close');
    expect(socket.bytesRead).toBe(0);
    expect(gateway.attempts).toEqual([]);
  });

  it('may begin with TLS at once, if it is for PostgreSQL', async () => {
    const { listener } = await start();
    const greet = async (ALPNProtocols: string[]): Promise<string> => {
      const options = { port: listener.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols };
      const socket = connectTls(options).on('error', () => undefined);
      socket.once('secureConnect', () => socket.write(startupMessage([['user', 'app@orders-eu']])));
      const answer = await new Promise<string>((resolve) => {
        socket.once('data', (data) => resolve(data.toString('hex')));
        socket.once('close', () => resolve('closed'));
      });
      socket.destroy();
      return answer;
    };
    expect(await greet(['postgresql'])).toBe('520000000800000003');
    expect(await greet([])).toMatch(/^closed$|^45/);
    expect(await greet(['h2'])).toBe('closed');
  });

  it('keeps nobody out by never finishing a handshake', async () => {
    const started = await start();
    const hanging: Socket[] = [];
    for (let count = 0; count < 200; count += 1) {
      const socket = connect(started.listener.port, '127.0.0.1').on('error', () => undefined);
      hanging.push(socket);
      await once(socket, 'connect');
    }
    expect((await started.run('SELECT 5 AS five')).stdout).toContain('five');
    for (const socket of hanging) socket.destroy();
  });

  it('has so long to prove who they are', async () => {
    const { listener } = await start({}, { handshakeMillis: 50 });
    const socket = connect(listener.port, '127.0.0.1').on('error', () => undefined);
    await once(socket.resume(), 'close');
    expect(socket.bytesRead).toBe(0);
  });
});

describe('drivers through the PostgreSQL listener', () => {
  it('node-postgres: parameters, named statements, errors, pipelines', async () => {
    const started = await start({ mask: detectors });
    const client = await nodePostgres(started);
    const named = { name: 'by-id', text: 'SELECT name, email FROM customers WHERE id = $1' };
    const first = await client.query({ ...named, values: [1] });
    const second = await client.query({ ...named, values: [2] });
    expect([first.rows[0].name, second.rows[0].name]).toEqual(['Anneliese Brandt', 'Bruno Castelli']);
    expect(first.rows[0].email).not.toBe(raw.email);
    await expect(client.query('SELECT $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' });
    expect((await client.query('SELECT $1::int AS n', [3])).rows).toEqual([{ n: 3 }]);
    const { commands } = started.gateway.last;
    // What is parsed and run in one go is one command.
    expect(commands.map(({ request, result }) => [request.operation, request.parameters, result?.status])).toEqual([
      ['postgres.execute', ['1'], 'SELECT 1'],
      ['postgres.execute', ['2'], 'SELECT 1'],
      ['postgres.execute', ['x'], 'ERROR 22P02'],
      ['postgres.execute', ['3'], 'SELECT 1'],
    ]);
    expect(commands[1]?.request.statements).toMatchObject({
      kinds: ['SELECT'],
      effects: ['read'],
      relations: ['customers'],
      columns: ['email', 'id', 'name'],
    });
  });

  it('node-postgres: binary results are masked too', async () => {
    const started = await start({ mask: detectors });
    const client = await nodePostgres(started);
    const query = {
      text: 'SELECT email, id, ARRAY[email, name] AS both FROM customers WHERE id = $1',
      values: [1],
      binary: true,
    };
    const { rows } = await client.query(query);
    expect(rows[0].id).toBe(1);
    expect(JSON.stringify(rows)).not.toContain(raw.email);
    for (const { recorded } of started.gateway.last.commands) expect(recorded.includes(raw.email)).toBe(false);
    expect(started.gateway.last.commands.at(-1)?.maskedValues).toBe(2);
  });

  it('node-postgres: a refused Parse and a refused Execute each fail alone', async () => {
    const started = await start({
      refuses: ({ operation, text }) =>
        text.includes('never') || (operation === 'postgres.execute' && text.includes('later')) ? 'no' : undefined,
    });
    const client = await nodePostgres(started);
    await expect(client.query('SELECT $1::text AS never', ['x'])).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('SELECT $1::text AS later', ['x'])).rejects.toMatchObject({ code: '42501' });
    expect((await client.query('SELECT $1::text AS now', ['x'])).rows).toEqual([{ now: 'x' }]);
    await client.query('BEGIN');
    await expect(client.query('SELECT $1::text AS never', ['x'])).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('ROLLBACK');
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('postgres.js: many at once, prepared, in order, with rows a few at a time', async () => {
    const started = await start({ mask: detectors });
    const sql = postgres({
      host: 'localhost',
      port: started.listener.port,
      user: 'app@orders-eu',
      password: token,
      database: 'shop',
      ssl: { rejectUnauthorized: false },
      max: 1,
      onnotice: () => undefined,
    });
    cleanUp.push(() => sql.end({ timeout: 1 }));
    const ids = Array.from({ length: 200 }, (_, index) => (index % 25) + 1);
    const rows = await Promise.all(ids.map((id) => sql`SELECT id, email FROM customers WHERE id = ${id}`));
    expect(rows.map(([row]) => row?.['id'])).toEqual(ids);
    expect(JSON.stringify(rows)).not.toContain(raw.email);
    const sizes: number[] = [];
    await sql`SELECT id FROM customers ORDER BY id`.cursor(10, (some) => {
      sizes.push(some.length);
    });
    expect(sizes).toEqual([10, 10, 5]);
    expect(started.gateway.last.commands.at(-1)?.result?.status).toMatch(/SELECT|SUSPENDED/);
  });

  it('is closed with the reason when Inland ends the session', async () => {
    const started = await start();
    const client = await nodePostgres(started);
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    const running = client.query('SELECT pg_sleep(60)');
    started.gateway.last.end({
      code: 'session_time_over',
      rule: '',
      message: 'the time is over.',
      requestId: 'request-1',
    });
    await expect(running).rejects.toMatchObject({
      code: '57P01',
      message: expect.stringContaining('the time is over.'),
    });
    await ended;
    expect(await started.gateway.last.closed).toEqual({ ending: 'aborted', reason: 'session_time_over' });
  });

  it('leaves nothing running at the target when it disappears', async () => {
    const started = await start();
    const client = await nodePostgres(started);
    const watcher = await nodePostgres(started);
    client.query('SELECT pg_sleep(60) AS abandoned').catch(() => undefined);
    const running = async (): Promise<number> => {
      const sql =
        "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%AS abandoned' AND pid <> pg_backend_pid()";
      return (await watcher.query(sql)).rows.length;
    };
    while ((await running()) === 0);
    (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy();
    while ((await running()) > 0);
    expect(await started.gateway.sessions[0]?.closed).toEqual({ ending: 'aborted', reason: 'client_disconnected' });
  });

  it('holds the target back while it does not read', async () => {
    const started = await start();
    const client = await nodePostgres(started);
    const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
    const taken = (): number => {
      const { recordedBytes = 0, summarisedBytes = 0 } = started.gateway.last.commands[0] ?? {};
      return recordedBytes + summarisedBytes;
    };
    const result = client.query("SELECT repeat('x', 1000) AS x FROM generate_series(1, 50000)");
    stream.pause();
    let before = -1;
    // Until no more is taken: the target's output waits where it is.
    while (taken() === 0 || taken() !== before) {
      before = taken();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(taken()).toBeLessThan(25_000_000);
    stream.resume();
    expect((await result).rows).toHaveLength(50_000);
    expect(taken()).toBeGreaterThan(50_000_000);
  });

  it('is told when the gateway stops', async () => {
    const started = await start();
    const client = await nodePostgres(started);
    const error = once(client, 'error');
    await started.listener.close({ graceMillis: 0 });
    expect((await error)[0]).toMatchObject({ code: '57P01' });
    expect(await started.gateway.last.closed).toEqual({ ending: 'aborted', reason: 'gateway_stopping' });
  });

  it('is cut off when the target does not speak PostgreSQL', async () => {
    const server = createServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end('220 mail ready\r\n')),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUp.push(() => new Promise((resolve) => server.close(() => resolve())));
    const odd: ResolvedTarget = { ...target, port: (server.address() as AddressInfo).port, tls: { mode: 'disable' } };
    const { run, gateway } = await start({ targets: { 'orders-eu': odd } });
    expect((await run('SELECT 1')).stderr).toContain('cannot be reached');
    expect(await gateway.last.closed).toEqual({ ending: 'failed', reason: 'target_unreachable' });
  });
});

describe('functions that are called by their number', () => {
  /** FunctionCall: Int32 id · formats · Int16 n · (Int32 length · bytes) × n · Int16 format of the result. */
  const functionCall = (id: number, ...values: readonly Buffer[]): Buffer => {
    const head = Buffer.alloc(10);
    head.writeUInt32BE(id, 0);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(1, 6); // all in binary
    head.writeUInt16BE(values.length, 8);
    const body = Buffer.concat([head, ...values.flatMap((value) => [int32(value.length), value]), Buffer.from([0, 1])]);
    return Buffer.concat([Buffer.from('F'), int32(body.length + 4), body]);
  };
  const int32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };

  it('are commands: large objects are read and written, masked and recorded; others may be refused', async () => {
    const started = await start({
      mask: detectors,
      refuses: ({ statements }) => (statements?.effects === null ? 'it is not known what that does' : undefined),
    });
    const client = await nodePostgres(started);
    const { connection } = client as unknown as { readonly connection: Connection };
    const call = async (id: number, ...values: readonly Buffer[]): Promise<Buffer> => {
      const answered = new Promise<Buffer>((resolve, reject) => {
        connection.stream.on('data', function collect(chunk: Buffer) {
          received = Buffer.concat([received, chunk]);
          if (received.at(-6) !== 0x5a) return; // ReadyForQuery
          connection.stream.off('data', collect);
          if (received[0] === 0x45) reject(new Error(received.toString('latin1')));
          else resolve(received.subarray(9, received.length - 6));
        });
      });
      let received = Buffer.alloc(0);
      connection.stream.write(functionCall(id, ...values));
      return answered;
    };
    await client.query('BEGIN');
    connection.stream.removeAllListeners('data'); // the driver does not know this message
    const object = await call(957, int32(0x60000)); // lo_creat
    const handle = await call(952, object, int32(0x60000)); // lo_open
    expect((await call(955, handle, Buffer.from(`mail ${raw.email}!`))).readInt32BE()).toBe(6 + raw.email.length);
    await call(956, handle, int32(0), int32(0)); // lo_lseek
    const read = (await call(954, handle, int32(100))).toString();
    expect(read).toMatch(/^mail [^ ]+!$/);
    expect(read).not.toContain(raw.email);
    await expect(call(1598)).rejects.toThrow(/Inland refused this: it is not known what that does/); // random()
    const commands = started.gateway.last.commands.slice(1);
    expect(commands.map(({ request }) => request.text)).toEqual([
      'lo_creat (function 957)',
      'lo_open (function 952)',
      'lowrite (function 955)',
      'lo_lseek (function 956)',
      'loread (function 954)',
    ]);
    expect(commands[4]?.recorded.includes(raw.email)).toBe(false);
    expect(commands[4]?.maskedValues).toBe(1);
    connection.stream.destroy();
  });
});

interface Connection {
  readonly stream: Socket;
}
