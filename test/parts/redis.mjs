// A real Redis for the tests: Debian's redis-server, nothing kept, on a free port.
//
//   node test/parts/redis.mjs      installs it when it is missing
//   startRedis(options)            runs one; kill() and restart() keep its port, freeze() and thaw() stop its clock
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Installs redis-server when it is missing; throws, saying what is needed, when it cannot. */
export function installRedis() {
  if (spawnSync('redis-server', ['--version']).status === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 300_000,
      env,
    });
  } catch (error) {
    const said = String(error.stderr ?? error).slice(-300);
    throw new Error(`the tests of Redis need its server: apt-get install redis-server (${said})`, { cause: error });
  }
}

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
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });

/** @param {{ password?: string, tls?: { certificateFile: string, keyFile: string } }} options */
export async function startRedis({ password, tls } = {}) {
  installRedis();
  const folder = await mkdtemp(join(tmpdir(), 'inland-redis-'));
  const port = await freePort();
  const settings = [
    'bind 127.0.0.1',
    `dir ${folder}`,
    'save ""',
    'appendonly no',
    'loglevel warning',
    ...(password === undefined ? [] : [`requirepass ${password}`]),
    ...(tls === undefined
      ? [`port ${port}`]
      : [
          'port 0',
          `tls-port ${port}`,
          `tls-cert-file ${tls.certificateFile}`,
          `tls-key-file ${tls.keyFile}`,
          'tls-auth-clients no',
        ]),
  ].join('\n');
  let child;
  let ended;
  const start = async () => {
    child = spawn('redis-server', ['-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    ended = once(child, 'exit');
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
    child.stdin.end(settings);
    for (let attempt = 0; !(await accepts(port)); attempt += 1) {
      if (attempt > 200 || child.exitCode !== null) {
        child.kill('SIGKILL');
        throw new Error(`Redis for the tests did not start: ${said}`);
      }
      await wait(50);
    }
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    kill,
    restart: start,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] === import.meta.filename) installRedis();
