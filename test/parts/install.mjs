// Installs the real parts that the tests need and that are missing, and says which and how. With CI set, a part that
// cannot be installed is a failure; without, the tests that need it will fail by themselves, and this says why.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installKafka } from './kafka.mjs';
import { installPostgresDrivers } from './postgres-drivers.mjs';
import { installRegression } from './postgres-regression.mjs';
import { installPostgresVersions } from './postgres-versions.mjs';
import { installS3 } from './s3.mjs';
import { installSshClients } from './ssh-clients.mjs';
import { installSshPeers } from './ssh-peers.mjs';

const opa = join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin/opa');

/** A Debian package, by a command that it brings; installed where this runs as root on Debian or Ubuntu. */
function debian(name, command) {
  return {
    name: `${name} (${command})`,
    there: () => existsSync(`/usr/sbin/${command}`) || spawnSync('sh', ['-c', `command -v ${command}`]).status === 0,
    install: () => {
      if (process.getuid?.() !== 0) throw new Error('this needs root');
      const options = {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      };
      execFileSync('apt-get', ['update', '-qq'], options);
      execFileSync('apt-get', ['install', '-y', '--no-install-recommends', name], options);
    },
    how: `sudo apt-get install ${name}`,
  };
}

const parts = [
  debian('postgresql-client', 'psql'),
  debian('redis-server', 'redis-server'),
  debian('openssh-server', 'sshd'),
  debian('openssh-client', 'sftp'),
  {
    name: 'OPA 1.22.2 (compiles the policy)',
    there: () => existsSync(opa) || spawnSync('opa', ['version']).status === 0,
    install: () =>
      execFileSync('go', ['install', 'github.com/open-policy-agent/opa@v1.22.2'], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, GOFLAGS: '' },
      }),
    how: 'install Go, then: go install github.com/open-policy-agent/opa@v1.22.2',
  },
  {
    name: 'Kafka 4.1',
    there: () => false, // it knows by itself
    install: () => installKafka(),
    how: 'install Java 17 and Maven, and let Maven reach its repository: apt-get install openjdk-17-jre-headless maven',
  },
  {
    name: 'an S3 server (versitygw)',
    there: () => false, // it knows by itself
    install: () => installS3(),
    how: 'install Go; it is built from its module',
  },
  {
    name: 'PostgreSQL drivers (psycopg, asyncpg, SQLAlchemy, pgx, pgjdbc)',
    there: () => false, // it knows by itself
    install: () => installPostgresDrivers(),
    how: 'sudo apt-get install openjdk-17-jdk-headless maven; Python 3.11 with venv; Go',
  },
  {
    name: "PostgreSQL's regression suite",
    there: () => false, // it knows by itself
    install: () => installRegression(),
    how: "apt-get install postgresql-15 gcc, and let apt-get reach Debian's source packages",
  },
  {
    name: 'PostgreSQL 14, 16 and 17',
    there: () => false, // it knows by itself
    install: () => installPostgresVersions(),
    how: 'let npm reach its registry',
  },
  {
    name: 'SSH clients (PuTTY, Dropbear, rsync, lftp, curl, paramiko, asyncssh, Ansible, one in Go)',
    there: () => false, // it knows by itself
    install: () => installSshClients(),
    how: 'sudo apt-get install putty-tools dropbear-bin rsync git lftp curl; Python 3.11 with venv; Go',
  },
  {
    name: 'ssh-audit, and an SSH server in Go',
    there: () => false, // it knows by itself
    install: () => installSshPeers(),
    how: 'Python with venv, PyPI, and Go',
  },
];

let missing = 0;
for (const part of parts) {
  if (part.there()) continue;
  const startedAt = Date.now();
  try {
    await part.install();
    console.log(`part    ${part.name} (${((Date.now() - startedAt) / 1000).toFixed(0)} s)`);
  } catch (error) {
    missing += 1;
    console.error(`missing ${part.name}: ${part.how}\n        ${String(error).split('\n')[0]}`);
  }
}
if (missing > 0 && process.env.CI) process.exit(1);
