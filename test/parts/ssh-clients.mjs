// The SSH clients that people have, for the tests: Debian's packages, a folder of Python with paramiko, asyncssh and
// Ansible, and a client made with Go's x/crypto/ssh; the last two are kept in ${INLAND_PARTS ?? ~/.cache/inland-parts}.
//
//   node test/parts/ssh-clients.mjs    installs what is missing
//   sshClients()                       gives the folders and paths; throws when something is missing
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const parts = process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts');

/** Commands, and the Debian packages that bring them. */
const commands = {
  plink: 'putty-tools',
  puttygen: 'putty-tools',
  psftp: 'putty-tools',
  dbclient: 'dropbear-bin',
  rsync: 'rsync',
  git: 'git',
  lftp: 'lftp',
  curl: 'curl',
};

const pythonPackages = ['paramiko==5.1.0', 'asyncssh==2.24.1', 'ansible-core==2.19.14'];

const goSource = join(import.meta.dirname, 'go-ssh-client');

const named = (...what) => createHash('sha256').update(what.join('\n')).digest('hex').slice(0, 12);
const python = join(parts, `ssh-python-${named(...pythonPackages)}`);
const goClient = () =>
  join(
    parts,
    `ssh-go-${named(...['main.go', 'go.mod', 'go.sum'].map((file) => readFileSync(join(goSource, file), 'utf8')))}`,
  );

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

function installDebian() {
  const packages = [...new Set(Object.entries(commands).flatMap(([command, name]) => (has(command) ? [] : [name])))];
  if (packages.length === 0) return;
  const options = {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 300_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  execFileSync('apt-get', ['update', '-qq'], options);
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
}

function installPython() {
  const done = join(python, 'installed');
  if (existsSync(done)) return;
  rmSync(python, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  const options = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 };
  execFileSync('python3', ['-m', 'venv', python], options);
  execFileSync(join(python, 'bin/pip'), ['install', '--quiet', ...pythonPackages], options);
  writeFileSync(done, '');
}

function installGo() {
  const binary = goClient();
  if (existsSync(binary)) return;
  mkdirSync(parts, { recursive: true });
  execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', binary, '.'], {
    cwd: goSource,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'local' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 300_000,
  });
}

/** Installs what is missing; throws, saying what is needed, when it cannot. */
export function installSshClients() {
  for (const [install, needs] of [
    [installDebian, `apt-get install ${[...new Set(Object.values(commands))].join(' ')}`],
    [installPython, 'Python 3.11 or later with venv, and PyPI'],
    [installGo, 'Go 1.26 or later, and its module proxy'],
  ])
    try {
      install();
    } catch (error) {
      throw new Error(`the tests of SSH clients need ${needs} (${String(error.stderr ?? error).slice(-300)})`, {
        cause: error,
      });
    }
}

/** @returns {{ python: string, ansible: string, goClient: string }} */
export function sshClients() {
  installSshClients();
  return { python: join(python, 'bin/python'), ansible: join(python, 'bin/ansible'), goClient: goClient() };
}

if (process.argv[1] === import.meta.filename) installSshClients();
