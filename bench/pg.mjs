// `npm run bench -- pg`: pgbench (select only; simple, extended, prepared, a connection each time) and COPY, side by side
// in one run: direct to the target, through pgbouncer, through Inland. Ratios are to the direct way.
//
// The caller starts what is measured and says how it is reached: `run({ json, direct, inland, pgbouncer })`, each a
// libpq connection string of the same database; pgbouncer may be left out. `direct` must own its tables.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const modes = ['simple', 'extended', 'prepared', 'connect'];
const copyRows = 200_000;

/** @returns {Promise<number>} transactions a second */
async function pgbench(connection, mode, { seconds, clients }) {
  const protocol = mode === 'connect' ? ['-C', '-M', 'simple'] : ['-M', mode];
  const args = ['-n', '-S', ...protocol, '-c', String(clients), '-j', '1', '-T', String(seconds), connection];
  const { stdout } = await execute('pgbench', args, { timeout: (seconds + 60) * 1000 });
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1] ?? 0);
}

const psql = (connection, ...statements) =>
  execute('psql', [
    '-X',
    '-q',
    '-v',
    'ON_ERROR_STOP=1',
    '-d',
    connection,
    ...statements.flatMap((each) => ['-c', each]),
  ]);

/** Runs one statement with psql and throws its output away. @returns {Promise<number>} MB a second */
function copyOut(connection, bytes) {
  const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', connection, '-c', 'COPY bench_copy TO STDOUT'];
  const startedAt = performance.now();
  const child = spawn('psql', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`psql ended with ${code}`));
      else resolve(bytes / 1000 / (performance.now() - startedAt));
    });
  });
}

/** @returns {Promise<number>} MB a second */
function copyIn(connection, lines) {
  const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', connection];
  const commands = ['-c', 'BEGIN', '-c', 'COPY bench_copy FROM STDIN', '-c', 'ROLLBACK'];
  const startedAt = performance.now();
  const child = spawn('psql', [...args, ...commands], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(lines);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`psql ended with ${code}`));
      else resolve(lines.length / 1000 / (performance.now() - startedAt));
    });
  });
}

export async function run({ json = false, direct, inland, pgbouncer, seconds = 5, clients = 4 } = {}) {
  if (direct === undefined || inland === undefined)
    throw new Error('the benchmark needs the connection strings `direct` and `inland`');
  const ways = { direct, ...(pgbouncer === undefined ? {} : { pgbouncer }), inland };
  await execute('pgbench', ['-i', '-q', '-s', '1', direct]);
  const rows = `SELECT n AS id, md5(n::text) AS a, repeat('x', 60) AS b FROM generate_series(1, ${copyRows}) n`;
  await psql(direct, 'DROP TABLE IF EXISTS bench_copy', `CREATE UNLOGGED TABLE bench_copy AS ${rows}`);
  const { stdout } = await execute('psql', ['-X', '-q', '-d', direct, '-c', 'COPY bench_copy TO STDOUT'], {
    maxBuffer: 64 * 1024 * 1024,
    encoding: 'buffer',
  });
  const measures = {
    ...Object.fromEntries(
      modes.map((mode) => [`${mode} (tps)`, (connection) => pgbench(connection, mode, { seconds, clients })]),
    ),
    'copy out (MB/s)': (connection) => copyOut(connection, stdout.length),
    'copy in (MB/s)': (connection) => copyIn(connection, stdout),
  };
  const results = [];
  for (const [name, measure] of Object.entries(measures)) {
    const figures = {};
    for (const [way, connection] of Object.entries(ways)) figures[way] = await measure(connection);
    const ratios = Object.fromEntries(Object.entries(figures).map(([way, figure]) => [way, figure / figures.direct]));
    results.push({ name, figures, ratios });
  }
  await psql(
    direct,
    'DROP TABLE bench_copy',
    'DROP TABLE pgbench_accounts, pgbench_branches, pgbench_tellers, pgbench_history',
  );
  if (json) console.log(JSON.stringify({ benchmark: 'pg', seconds, clients, results }, null, 2));
  else print(results, Object.keys(ways));
  return results;
}

function print(results, ways) {
  const cells = (name, each) => [name.padEnd(18), ...ways.map((way) => each(way).padStart(20))].join('');
  console.log(cells('', (way) => way));
  for (const { name, figures, ratios } of results)
    console.log(
      cells(name, (way) => `${figures[way].toFixed(figures[way] < 100 ? 1 : 0)} (${ratios[way].toFixed(2)})`),
    );
}
