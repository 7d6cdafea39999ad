// The PostgreSQL drivers that people have, for the tests: psycopg 3, asyncpg and SQLAlchemy in a folder of Python, pgx in a
// program of Go, pgjdbc with its jar; kept in ${INLAND_PARTS ?? ~/.cache/inland-parts}. (Those of Node come from npm.)
//
//   node test/parts/postgres-drivers.mjs     installs what is missing
//   runDriver(name, environment)             runs one's program (test/parts/postgres-drivers/); gives what it printed
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const parts = process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts');
const programs = join(import.meta.dirname, 'postgres-drivers');
const pythonPackages = ['psycopg[binary]==3.2.9', 'asyncpg==0.30.0', 'SQLAlchemy==2.0.41'];

const named = (...what) => createHash('sha256').update(what.join('\n')).digest('hex').slice(0, 12);
const textOf = (...path) => readFileSync(join(programs, ...path), 'utf8');
const python = join(parts, `postgres-python-${named(...pythonPackages)}`);
const pgx = join(parts, `postgres-pgx-${named(...['main.go', 'go.mod', 'go.sum'].map((file) => textOf('pgx', file)))}`);
const jdbc = join(parts, `postgres-jdbc-${named(textOf('jdbc', 'pom.xml'), textOf('jdbc', 'Jdbc.java'))}`);
const quiet = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 };

/** Makes a folder once: what was left half made is begun again. */
function madeOnce(folder, make) {
  const done = join(folder, 'installed');
  if (existsSync(done)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make();
  writeFileSync(done, '');
}

function installPython() {
  madeOnce(python, () => {
    execFileSync('python3', ['-m', 'venv', python], quiet);
    execFileSync(join(python, 'bin/pip'), ['install', '--quiet', ...pythonPackages], quiet);
  });
}

function installPgx() {
  madeOnce(pgx, () =>
    execFileSync('go', ['build', '-trimpath', '-o', join(pgx, 'pgx'), '.'], {
      ...quiet,
      cwd: join(programs, 'pgx'),
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'local' },
    }),
  );
}

function installJdbc() {
  madeOnce(jdbc, () => {
    const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${jdbc}`];
    execFileSync('mvn', ['-q', '-B', '-f', join(programs, 'jdbc/pom.xml'), ...copy], quiet);
    execFileSync('javac', ['-cp', join(jdbc, '*'), '-d', jdbc, join(programs, 'jdbc/Jdbc.java')], quiet);
  });
}

/** Installs what is missing; throws, saying what is needed, when it cannot. */
export function installPostgresDrivers() {
  if (spawnSync('javac', ['-version']).status !== 0 && process.getuid?.() === 0)
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'openjdk-17-jdk-headless'], {
      ...quiet,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  for (const [install, needs] of [
    [installPython, 'Python 3.11 or later with venv, and PyPI'],
    [installPgx, 'Go 1.23 or later, and its module proxy'],
    [installJdbc, 'a JDK 17 and Maven, and its repository'],
  ])
    try {
      install();
    } catch (error) {
      throw new Error(`the tests of PostgreSQL drivers need ${needs} (${String(error.stderr ?? error).slice(-300)})`, {
        cause: error,
      });
    }
}

/** Each driver's program, and how it is run. */
const drivers = {
  'psycopg, synchronous': [join(python, 'bin/python'), [join(programs, 'psycopg_sync.py')]],
  'psycopg, asynchronous': [join(python, 'bin/python'), [join(programs, 'psycopg_async.py')]],
  asyncpg: [join(python, 'bin/python'), [join(programs, 'asyncpg_all.py')]],
  SQLAlchemy: [join(python, 'bin/python'), [join(programs, 'sqlalchemy_all.py')]],
  pgx: [join(pgx, 'pgx'), []],
  pgjdbc: ['java', ['-cp', `${jdbc}:${join(jdbc, '*')}`, 'Jdbc']],
};

export const driverNames = Object.keys(drivers);

/**
 * @param {string} name one of driverNames
 * @param {{ host: string, port: number, user: string, password: string, database: string }} to
 * @returns {Promise<{ status: number | null, output: string, errors: string }>}
 */
export async function runDriver(name, { host, port, user, password, database }) {
  const [command, args] = drivers[name];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      LC_ALL: 'C.UTF-8',
      PGUSER: user,
      PGPASSWORD: password,
      DSN: `host=${host} port=${port} user=${user} password=${password} dbname=${database} sslmode=require`,
      URL: `postgresql://${encodeURIComponent(user)}:${password}@${host}:${port}/${database}`,
      JDBC_URL: `jdbc:postgresql://${host}:${port}/${database}`,
    },
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const [status] = await once(child, 'close');
  return { status, output, errors };
}

if (process.argv[1] === import.meta.filename) installPostgresDrivers();
