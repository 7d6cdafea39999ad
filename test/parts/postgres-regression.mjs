// PostgreSQL's own regression suite, for the tests: its SQL from Debian's source package, run by psql as pg_regress does,
// against Debian's server.
//
//   node test/parts/postgres-regression.mjs     brings suite and server when they are missing
//   startRegression()                           a server of its own, that asks for TLS and SCRAM
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, globSync, openSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const major = '15';
const bin = `/usr/lib/postgresql/${major}/bin`;
const parts = process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts');
const suite = join(parts, `postgresql-${major}-regress`);
const quiet = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000 };
const debian = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/** Brings what is missing; throws, saying what is needed, when it cannot. */
export async function installRegression() {
  try {
    if (!existsSync(join(bin, 'postgres'))) apt('install', '-y', '--no-install-recommends', `postgresql-${major}`);
    if (!existsSync(suite)) await bringSuite();
  } catch (error) {
    const said = String(error.stderr ?? error).slice(-500);
    throw new Error(
      `PostgreSQL's regression suite needs Debian's postgresql-${major}, its source package, dpkg-dev and a C compiler (${said})`,
      { cause: error },
    );
  }
}

function apt(...args) {
  execFileSync('apt-get', args, { ...quiet, env: debian });
}

/** The source package's regression folder, and the library of C functions that it calls. */
async function bringSuite() {
  await mkdir(parts, { recursive: true });
  const work = await mkdtemp(join(parts, 'making-'));
  try {
    // Source packages, without a change to the machine's own list of sources.
    await mkdir(join(work, 'lists/partial'), { recursive: true });
    await mkdir(join(work, 'sources'));
    const own = globSync(['/etc/apt/sources.list.d/*.sources', '/etc/apt/sources.list']);
    for (const [index, file] of own.entries()) {
      const kind = file.endsWith('.list') ? 'list' : 'sources';
      await writeFile(join(work, 'sources', `${index}.${kind}`), sourcesOf(await readFile(file, 'utf8'), kind));
    }
    const where = [
      '-o',
      'Dir::Etc::SourceList=/dev/null',
      '-o',
      `Dir::Etc::SourceParts=${work}/sources`,
      '-o',
      `Dir::State::Lists=${work}/lists`,
    ];
    const inWork = { ...quiet, cwd: work, env: debian };
    spawnSync('apt-get', [...where, 'update'], inWork); // a list that cannot be had is named by what needs it
    execFileSync('apt-get', [...where, 'source', '--download-only', `postgresql-${major}`], inWork);
    execFileSync('apt-get', ['download', `postgresql-server-dev-${major}`], inWork);
    execFileSync(
      'sh',
      ['-c', `tar -xjf postgresql-${major}_*.orig.tar.bz2 --wildcards '*/src/test/regress/*'`],
      inWork,
    );
    execFileSync('sh', ['-c', `dpkg-deb -x postgresql-server-dev-${major}_*.deb headers`], inWork);
    const [folder] = globSync(join(work, 'postgresql-*/src/test/regress'));
    const headers = join(work, `headers/usr/include/postgresql/${major}/server`);
    execFileSync(
      'gcc',
      [
        '-fPIC',
        '-shared',
        '-O1',
        '-o',
        join(folder, 'regress.so'),
        `-I${headers}`,
        '-I/usr/include/postgresql',
        join(folder, 'regress.c'),
      ],
      inWork,
    );
    await rename(folder, suite);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A list of package sources turned into one of source packages: of releases alone, which every mirror has. */
function sourcesOf(text, kind) {
  const entries = text.split(kind === 'list' ? '\n' : /\n\s*\n/).filter((entry) => !/security|^\s*#/.test(entry));
  if (kind === 'list') return `${entries.join('\n').replace(/^deb /gm, 'deb-src ')}\n`;
  return `${entries.join('\n\n').replace(/^Types:.*$/gm, 'Types: deb-src')}\n`;
}

/** A free port, at least a moment ago. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/**
 * A server with its own certificate. `newDatabase()` makes an empty database; `run(name, connection, database)` runs one
 * test of the suite as pg_regress does, and gives what psql printed.
 * @param {{ tls: { key: string, cert: string } }} options
 */
export async function startRegression({ tls }) {
  await installRegression();
  const folder = await mkdtemp(join(tmpdir(), 'inland-regress-'));
  await chmod(folder, 0o755);
  const files = join(folder, 'suite');
  await cp(suite, files, { recursive: true }); // where the server's user can read it
  await mkdir(join(files, 'results'));
  const password = 'regression';
  await writeFile(join(folder, 'password'), password);
  await writeFile(join(folder, 'server.key'), tls.key);
  await writeFile(join(folder, 'server.crt'), tls.cert);
  execFileSync('chown', ['-R', 'postgres', folder]);
  await chmod(join(folder, 'server.key'), 0o600);
  const data = join(folder, 'data');
  const asPostgres = (command, args) => ['-u', 'postgres', '--', join(bin, command), ...args];
  execFileSync(
    'runuser',
    asPostgres('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      join(folder, 'password'),
      '--no-sync',
      '--locale=C',
      '-E',
      'UTF8',
    ]),
    quiet,
  );
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    ssl: 'on',
    ssl_cert_file: join(folder, 'server.crt'),
    ssl_key_file: join(folder, 'server.key'),
    fsync: 'off',
    log_min_messages: 'fatal',
    // As pg_regress sets them.
    max_prepared_transactions: 2,
    log_autovacuum_min_duration: 0,
    autovacuum: 'off',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn('runuser', asPostgres('postgres', ['-D', data, ...options]), { stdio: 'ignore' });
  const over = once(server, 'exit');
  const stop = async () => {
    if (server.exitCode === null) {
      const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '0')).split('\n')[0]);
      if (pid > 0) process.kill(pid, 'SIGQUIT');
      else server.kill('SIGKILL');
      await over;
    }
    await rm(folder, { recursive: true, force: true });
  };
  const direct = `host=localhost hostaddr=127.0.0.1 port=${port} user=postgres password=${password} sslmode=require`;
  const quietly = (sql, database = 'postgres') =>
    execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', `${direct} dbname=${database}`, '-c', sql], quiet);
  for (let tries = 0; ; tries += 1) {
    try {
      quietly('SELECT 1');
      break;
    } catch (error) {
      if (tries > 100 || server.exitCode !== null) {
        await stop();
        throw error;
      }
      await wait(100);
    }
  }
  const schedule = (await readFile(join(files, 'parallel_schedule'), 'utf8'))
    .split('\n')
    .flatMap((line) => (line.startsWith('test:') ? line.slice(5).trim().split(/\s+/) : []));
  return {
    port,
    password,
    /** As `host=… port=… user=… password=… sslmode=…`. */
    direct,
    /** The names of the suite's tests, in their order. */
    schedule,
    newDatabase: (name) => {
      quietly(`DROP DATABASE IF EXISTS "${name}"`);
      for (const setting of [`CREATE DATABASE "${name}" TEMPLATE template0`]) quietly(setting);
      for (const [key, value] of [
        ['lc_messages', 'C'],
        ['lc_monetary', 'C'],
        ['lc_numeric', 'C'],
        ['lc_time', 'C'],
        ['bytea_output', 'hex'],
        ['timezone_abbreviations', 'Default'],
      ])
        quietly(`ALTER DATABASE "${name}" SET ${key} TO '${value}'`);
    },
    /** Roles outlive a database: what a run of the suite left is removed before the next. */
    dropRoles: () => {
      for (let round = 0; round < 3; round += 1)
        for (const role of execFileSync(
          'psql',
          [
            '-X',
            '-A',
            '-t',
            '-d',
            `${direct} dbname=postgres`,
            '-c',
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^regress' OR rolname ~ '^role_'",
          ],
          { encoding: 'utf8' },
        )
          .split('\n')
          .filter(Boolean))
          try {
            quietly(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
          } catch {
            // one that another depends on goes in the next round
          }
    },
    run: async (name, connection, database) => {
      // One file for both: what is printed and what is said of errors stay in order.
      const printed = join(files, 'results', `${name}.out`);
      const file = openSync(printed, 'w');
      const input = openSync(join(files, 'sql', `${name}.sql`), 'r');
      const child = spawn(
        'psql',
        [
          '-X',
          '-a',
          '-q',
          '-d',
          `${connection} dbname=${database} application_name=pg_regress/${name}`,
          '-v',
          'HIDE_TABLEAM=on',
          '-v',
          'HIDE_TOAST_COMPRESSION=on',
        ],
        {
          stdio: [input, file, file],
          cwd: files,
          env: {
            PATH: process.env.PATH,
            HOME: '/nonexistent',
            LC_ALL: 'C',
            LC_MESSAGES: 'C',
            PGTZ: 'PST8PDT',
            PGDATESTYLE: 'Postgres, MDY',
            PGOPTIONS: '-c intervalstyle=postgres_verbose',
            PG_ABS_SRCDIR: files,
            PG_ABS_BUILDDIR: files,
            PG_LIBDIR: `/usr/lib/postgresql/${major}/lib`,
            PG_DLSUFFIX: '.so',
          },
        },
      );
      for (const each of [input, file]) closeSync(each);
      await once(child, 'close');
      return readFile(printed, 'utf8');
    },
    /** What a test may print, by the suite: some have more than one file for it. */
    expected: (name) =>
      Promise.all(globSync(join(files, 'expected', `${name}{,_[0-9]}.out`)).map((file) => readFile(file, 'utf8'))),
    stop,
  };
}

if (process.argv[1] === import.meta.filename) await installRegression();
