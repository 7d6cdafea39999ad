// `npm run bench -- pg`: pgbench (select only: simple, extended, prepared, a connection each time), and COPY and SELECT of a
// million rows, side by side in one run. The ways to one and the same PostgreSQL, each with TLS and SCRAM:
//
//   direct      no one between
//   pgbouncer   session pooling, which keeps its connections to the server open
//   inland      the listener and the pipeline as in production: each command decided by the real policy, durable in the
//               embedded log before it is forwarded, output recorded; nothing is masked
//   masked      the same, with e-mail addresses, cards and IBANs masked
//
// Ratios are to the direct way. The clients, the server and what is measured share this machine.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startDemoPostgres } from '@inland/demo-targets';
import { openLocalCa } from '@inland/local-ca';
import { startPgBouncer } from '../test/parts/pgbouncer.mjs';
import { openGateway, plainAndMasked, region } from './setup/gateway.mjs';
import { startPostgres, token } from './setup/listeners.mjs';

const execute = promisify(execFile);
const modes = ['simple', 'extended', 'prepared', 'connect'];
/** Rows of some 100 bytes; one in fifty has an e-mail address. */
const tableRows = 1_000_000;

/** The listener over the real pipeline, the real policy and the embedded log. */
async function startInland({ folder, database, tls }) {
  const world = plainAndMasked({ protocol: 'postgres', login: 'app', forbid: { operations: ['postgres.export'] } });
  const resolveTarget = async (name, login) => ({
    name,
    region,
    host: database.host,
    port: database.port,
    login: { name: login, password: database.password },
    hostKeys: [],
    tls: { mode: 'verify-full', ca: database.caPem },
  });
  return startPostgres(await openGateway({ folder, world, resolveTarget }), { tls });
}

const environmentOf = ({ password }) => ({ ...process.env, PGPASSWORD: password, LC_ALL: 'C' });

/** @returns {Promise<number>} transactions a second */
async function pgbench(way, mode, { seconds, clients }) {
  const protocol = mode === 'connect' ? ['-C', '-M', 'simple'] : ['-M', mode];
  const args = ['-n', '-S', ...protocol, '-c', String(clients), '-j', '1', '-T', String(seconds), way.connection];
  const { stdout } = await execute('pgbench', args, { timeout: (seconds + 60) * 1000, env: environmentOf(way) });
  const tps = Number(/tps = ([\d.]+)/.exec(stdout)?.[1] ?? 0);
  const failed = Number(/number of failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (tps === 0 || failed > 0) throw new Error(`pgbench failed: ${stdout}`);
  return tps;
}

const psqlArgs = (way, statements) =>
  ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', way.connection].concat(
    statements.flatMap((each) => ['-c', each]),
  );

/** Runs psql, with `input` if any; what it prints goes nowhere. @returns {Promise<number>} MB a second */
async function copy(way, statements, bytes, input) {
  const startedAt = performance.now();
  const child = spawn('psql', psqlArgs(way, statements), {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'inherit'],
    env: environmentOf(way),
  });
  child.stdin?.end(input);
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`psql ended with ${code}`))));
  });
  return bytes / 1000 / (performance.now() - startedAt);
}

/** The ways take turns, so that what else the machine does falls on all; the median of each. */
async function inTurns(ways, rounds, measure) {
  const figures = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [way, reached] of Object.entries(ways)) figures[way].push(await measure(reached));
  return Object.fromEntries(
    Object.entries(figures).map(([way, all]) => [
      way,
      all.sort((one, other) => one - other)[Math.floor(all.length / 2)],
    ]),
  );
}

/** Starts everything; `close` ends it in reverse. */
async function openWays(clients) {
  const folder = await mkdtemp(join(tmpdir(), 'inland-bench-pg-'));
  const opened = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const each of opened.toReversed()) await each();
  };
  try {
    const database = await startDemoPostgres({ folder: join(folder, 'demo') });
    opened.push(() => database.stop());
    const ca = await openLocalCa({ folder: join(folder, 'ca') });
    const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
    const tls = { key: keyPem, cert: certPem };
    for (const [name, pem] of [
      ['demo.crt', database.caPem],
      ['gateway.crt', ca.caPem],
    ])
      await writeFile(join(folder, name), pem);
    const { password } = database;
    const pgbouncer = await startPgBouncer({
      database: 'shop',
      user: 'app',
      password,
      server: { port: database.port, caPem: database.caPem },
      tls,
      connections: clients + 5,
    });
    opened.push(() => pgbouncer.stop());
    const inland = await startInland({ folder, database, tls });
    opened.push(() => inland.stop());
    const way = (port, user, password, caName) => ({
      connection:
        `host=127.0.0.1 port=${port} dbname=shop user=${user} sslmode=verify-full ` +
        `sslrootcert=${join(folder, caName)} connect_timeout=20`,
      password,
    });
    const ways = {
      direct: way(database.port, 'app', password, 'demo.crt'),
      pgbouncer: way(pgbouncer.port, 'app', password, 'gateway.crt'),
      inland: way(inland.port, 'app@plain', token, 'gateway.crt'),
      masked: way(inland.port, 'app@masked', token, 'gateway.crt'),
    };
    return { ways, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Prints a table, or JSON. */
export async function run({ json = false, seconds = 2, rounds = 3, clients = 8, only = '' } = {}) {
  for (const [program, debian] of [
    ['psql', 'postgresql-client'],
    ['pgbench', 'postgresql-contrib'],
  ])
    if (spawnSync(program, ['--version']).status !== 0)
      throw new Error(`the benchmark needs ${program}: apt-get install ${debian}`);
  const { ways, close } = await openWays(clients);
  try {
    const { direct } = ways;
    await execute('pgbench', ['-i', '-q', '-s', '1', direct.connection], { env: environmentOf(direct) });
    const note = `CASE WHEN n % 50 = 0 THEN 'write to user' || n || '@example.com, or call' ELSE repeat('x', 60) END`;
    const rows = `SELECT n AS id, md5(n::text) AS a, ${note} AS b FROM generate_series(1, ${tableRows}) n`;
    await execute('psql', psqlArgs(direct, [`CREATE UNLOGGED TABLE bench_copy AS ${rows}`]), {
      env: environmentOf(direct),
    });
    const { stdout: lines } = await execute('psql', psqlArgs(direct, ['COPY bench_copy TO STDOUT']), {
      env: environmentOf(direct),
      maxBuffer: 512 * 1024 * 1024,
      encoding: 'buffer',
    });
    const copyIn = ['BEGIN', 'COPY bench_copy FROM STDIN', 'ROLLBACK'];
    const measures = {
      ...Object.fromEntries(modes.map((mode) => [`${mode} (tps)`, (way) => pgbench(way, mode, { seconds, clients })])),
      'copy out (MB/s)': (way) => copy(way, ['COPY bench_copy TO STDOUT'], lines.length),
      'select (MB/s)': (way) => copy(way, ['SELECT * FROM bench_copy'], lines.length),
      'copy in (MB/s)': (way) => copy(way, copyIn, lines.length, lines),
    };
    for (const way of Object.values(ways)) await pgbench(way, 'prepared', { seconds: Math.min(2, seconds), clients }); // warm up
    const results = [];
    for (const [name, measure] of Object.entries(measures)) {
      if (!name.startsWith(only)) continue;
      const figures = await inTurns(ways, rounds, measure);
      const ratios = Object.fromEntries(Object.entries(figures).map(([way, figure]) => [way, figure / figures.direct]));
      results.push({ name, figures, ratios });
    }
    if (json) console.log(JSON.stringify({ bench: 'pg', seconds, rounds, clients, results }, null, 2));
    else print(results, Object.keys(ways), { seconds, rounds, clients });
    return results;
  } finally {
    await close();
  }
}

function print(results, ways, { seconds, rounds, clients }) {
  const cells = (name, each) => [name.padEnd(18), ...ways.map((way) => each(way).padStart(18))].join('');
  console.log(cells('', (way) => way));
  for (const { name, figures, ratios } of results)
    console.log(
      cells(name, (way) => `${figures[way].toFixed(figures[way] < 100 ? 1 : 0)} (${ratios[way].toFixed(2)})`),
    );
  console.log(
    `median of ${rounds}; ${clients} clients, ${seconds} s each time; in brackets the ratio to direct; TLS everywhere`,
  );
}
