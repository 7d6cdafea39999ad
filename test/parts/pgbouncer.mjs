// A real PgBouncer for the benchmark: Debian's, in session pooling (what a session proxy can be compared with), TLS on both
// sides, SCRAM towards the server.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const program = ['/usr/sbin/pgbouncer', 'pgbouncer'].find((each) => spawnSync(each, ['--version']).status === 0);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });

/**
 * @param {{ database: string, user: string, password: string, server: { port: number, caPem: string },
 *   tls: { key: string, cert: string }, connections: number }} options the server is on 127.0.0.1, its certificate too
 */
export async function startPgBouncer({ database, user, password, server, tls, connections }) {
  if (program === undefined) throw new Error('the benchmark needs PgBouncer: apt-get install pgbouncer');
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'inland-pgbouncer-'));
  const file = (name) => join(folder, name);
  const settings = `[databases]
${database} = host=127.0.0.1 port=${server.port} dbname=${database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = session
default_pool_size = ${connections}
auth_type = scram-sha-256
auth_file = ${file('users')}
client_tls_sslmode = require
client_tls_key_file = ${file('client.key')}
client_tls_cert_file = ${file('client.crt')}
server_tls_sslmode = verify-full
server_tls_ca_file = ${file('server-ca.crt')}
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
`;
  const files = {
    'pgbouncer.ini': settings,
    users: `"${user}" "${password}"\n`,
    'client.key': tls.key,
    'client.crt': tls.cert,
    'server-ca.crt': server.caPem,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(file(name), text, { mode: 0o600 });
  const args = [file('pgbouncer.ini')];
  if (process.getuid?.() === 0) {
    // It does not run as root: it is given to whoever is nobody.
    const [uid, gid] = [nobodys('-u'), nobodys('-g')];
    for (const name of Object.keys(files)) await chown(file(name), uid, gid);
    await chown(folder, uid, gid);
    args.unshift('-u', 'nobody');
  }
  await chmod(folder, 0o700);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
  for (let attempt = 0; !(await accepts(port)); attempt += 1) {
    if (attempt > 100 || child.exitCode !== null) {
      child.kill('SIGKILL');
      throw new Error(`PgBouncer did not start: ${said.replaceAll(password, '…')}`);
    }
    await wait(50);
  }
  return {
    port,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const nobodys = (flag) => Number(spawnSync('id', [flag, 'nobody']).stdout);
