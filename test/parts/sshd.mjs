// A real OpenSSH server for the tests: Debian's sshd, as whoever runs the tests, on a free port of 127.0.0.1.
//
//   node test/parts/sshd.mjs       installs OpenSSH when it is missing
//   startSshd()                    runs one, with a host key and a user key of its own
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const sshd = '/usr/sbin/sshd';
const there = () => existsSync(sshd) && spawnSync('ssh', ['-V']).status === 0;

/** Installs OpenSSH when it is missing; throws, saying what is needed, when it cannot. */
export function installSsh() {
  if (there()) return;
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'openssh-server', 'openssh-client'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    const said = String(error.stderr ?? error).slice(-300);
    throw new Error(`the tests of SSH need OpenSSH: apt-get install openssh-server openssh-client (${said})`, {
      cause: error,
    });
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
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', (failed) => resolve(!failed));
  });

/** Another may take the free port before sshd has it: then it is tried again with another one. */
export async function startSshd(settings = []) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(settings);
    } catch (error) {
      if (tries >= 3) throw error;
    }
  }
}

async function startOnce(extra) {
  installSsh();
  const folder = await mkdtemp(join(tmpdir(), 'inland-sshd-'));
  if (process.getuid() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const [host, user] = [join(folder, 'host'), join(folder, 'user')];
  for (const key of [host, user]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
  const port = await freePort();
  const settings = [
    ...extra, // of two values, sshd takes the first
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${host}`,
    `PidFile ${folder}/pid`,
    `AuthorizedKeysFile ${user}.pub`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'AcceptEnv LANG LC_*',
    'MaxStartups 1000',
    'Subsystem sftp internal-sftp',
    'X11Forwarding yes',
    'MaxSessions 200',
  ];
  await writeFile(join(folder, 'config'), `${settings.join('\n')}\n`);
  const child = spawn(sshd, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said = `${said}${chunk}`.slice(-4000)));
  const ended = once(child, 'exit');
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (child.exitCode !== null || tries > 200) throw new Error(`sshd did not start: ${said}`);
    await wait(25);
  }
  return {
    host: '127.0.0.1',
    port,
    login: userInfo().username,
    privateKey: await readFile(user, 'utf8'),
    privateKeyFile: user,
    log: () => said,
    hostKeyLine: (await readFile(`${host}.pub`, 'utf8')).trim(),
    stop: async () => {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] === import.meta.filename) installSsh();
