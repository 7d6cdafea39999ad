import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Fault, withDeadline } from '@inland/kernel';
import { Client } from 'pg';
import { findBinaries } from './binaries.ts';
import { databaseUser, invocation, type DatabaseUser } from './database-user.ts';
import { endFormerPostmaster } from './former-postmaster.ts';

const run = promisify(execFile);

export interface EmbeddedPostgresOptions {
  /** Made when it is missing: the data, and the password that is made at the first start (mode 0600). */
  readonly folder: string;
  /** On 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** Told PostgreSQL's own log lines, which hold no values; and that it ended by itself. */
  readonly onLog?: (line: string) => void;
}

export interface EmbeddedPostgres {
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  /** The process, for tests that kill it. */
  readonly pid: number;
  stop(): Promise<void>;
}

const startMillisMax = 60_000;
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  // Errors of statements quote values: the server's log has none of them, the client is told its SQLSTATE.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
};

/**
 * A real PostgreSQL, from npm, for one machine. It takes over from one that was left running when its process was
 * killed. Faults with `misconfigured`, `conflict` (the folder is in use) or `unavailable`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder);
  const data = join(folder, 'data');
  const ownerFile = join(folder, 'owner');
  const binaries = findBinaries();
  const user = await databaseUser();
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const password = await passwordIn(join(folder, 'password'));
  await endFormerPostmaster(data, ownerFile);
  await initialise(binaries.initdb, data, password, user);
  const port = options.port ?? (await freePort());
  const flags = [
    '-D',
    data,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const { command, args, user: as } = await invocation(user, binaries.postgres, flags, data);
  await writeFile(ownerFile, String(process.pid), { mode: 0o600 });
  // Its own process group: a Ctrl-C is for Inland, which stops its database last.
  const child = spawn(command, args, {
    ...as,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment(),
  });
  const endAtExit = (): void => {
    child.kill('SIGINT');
  };
  process.once('exit', endAtExit);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async (): Promise<void> => {
    process.off('exit', endAtExit);
    child.kill('SIGINT'); // fast shutdown: clients are disconnected, everything is written
    await withDeadline(ended, startMillisMax, 'stopping the embedded PostgreSQL');
  };
  try {
    await withDeadline(
      ready(child, options.onLog ?? (() => undefined)),
      startMillisMax,
      'starting the embedded PostgreSQL',
    );
    const connection = { host: '127.0.0.1', port, user: 'inland', password, database: 'inland' };
    await createDatabase(connection);
    return { connection, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw Fault.from(error, 'unavailable');
  }
}

async function passwordIn(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600, flag: 'wx' });
  return password;
}

/** Makes the data folder, unless it was made whole before: initdb writes its control file at the end. */
async function initialise(
  initdb: string,
  data: string,
  password: string,
  user: DatabaseUser | undefined,
): Promise<void> {
  if (await stat(join(data, 'initialised')).catch(() => undefined)) return;
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { mode: 0o700 });
  const passwordFile = `${data}.initial-password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    await chown(data, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const flags = [
    '--username=inland',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
  ];
  try {
    const { command, args, user: as } = await invocation(user, initdb, [`--pgdata=${data}`, ...flags], data);
    await run(command, args, { ...as, env: environment(), timeout: startMillisMax });
    await writeFile(join(data, 'initialised'), '');
  } catch (error) {
    const said = String((error as { readonly stderr?: unknown }).stderr ?? error).slice(-400);
    throw new Fault('misconfigured', `the embedded PostgreSQL could not be made in ${data}: ${said}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
}

/** Resolves when it takes connections; rejects when it ends before that. */
function ready(child: ChildProcess, onLog: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each !== '')) {
        onLog(line);
        last = line;
      }
      if (text.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      onLog(`the embedded PostgreSQL ended (${signal ?? code})`);
      reject(new Fault('unavailable', `the embedded PostgreSQL ended at its start (${signal ?? code}): ${last}`));
    });
  });
}

async function createDatabase(connection: EmbeddedPostgres['connection']): Promise<void> {
  const client = new Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [connection.database]);
    if (rows.length === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(connection.database)}`);
  } finally {
    await client.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
