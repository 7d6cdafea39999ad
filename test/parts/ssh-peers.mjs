// What the tests of SSH's transport speak with and are judged by: a server made with Go's x/crypto/ssh, and ssh-audit. Both
// are kept in ${INLAND_PARTS ?? ~/.cache/inland-parts}.
//
//   node test/parts/ssh-peers.mjs    installs what is missing
//   sshPeers()                       gives the paths; throws when something is missing
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const parts = process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts');
const audit = 'ssh-audit==3.9.0';
const source = join(import.meta.dirname, 'go-ssh-server');

const named = (...what) => createHash('sha256').update(what.join('\n')).digest('hex').slice(0, 12);
const auditFolder = join(parts, `ssh-audit-${named(audit)}`);
const goServer = () => {
  const texts = ['main.go', 'go.mod', 'go.sum'].map((file) => readFileSync(join(source, file), 'utf8'));
  return join(parts, `ssh-go-server-${named(...texts)}`);
};
const options = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 };

function installAudit() {
  const done = join(auditFolder, 'installed');
  if (existsSync(done)) return;
  rmSync(auditFolder, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  execFileSync('python3', ['-m', 'venv', auditFolder], options);
  execFileSync(join(auditFolder, 'bin/pip'), ['install', '--quiet', audit], options);
  writeFileSync(done, '');
}

function installServer() {
  const binary = goServer();
  if (existsSync(binary)) return;
  mkdirSync(parts, { recursive: true });
  execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', binary, '.'], {
    ...options,
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'local' },
  });
}

/** Installs what is missing; throws, saying what is needed, when it cannot. */
export function installSshPeers() {
  for (const [install, needs] of [
    [installAudit, 'Python with venv, and PyPI'],
    [installServer, 'Go 1.26 or later, and its module proxy'],
  ])
    try {
      install();
    } catch (error) {
      throw new Error(`the tests of SSH's transport need ${needs} (${String(error.stderr ?? error).slice(-300)})`, {
        cause: error,
      });
    }
}

/** @returns {{ audit: string, goServer: string }} */
export function sshPeers() {
  installSshPeers();
  return { audit: join(auditFolder, 'bin/ssh-audit'), goServer: goServer() };
}

if (process.argv[1] === import.meta.filename) installSshPeers();
