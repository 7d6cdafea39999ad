// A real S3 with object lock and versions for the tests: Versity's gateway over a folder, built once by Go (a minute) and
// kept in ${INLAND_PARTS ?? ~/.cache/inland-parts}.
//
//   node test/parts/s3.mjs       builds it when it is missing
//   startS3()                    runs one on a free port; stop() ends it and removes what it kept
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const version = 'v1.8.0';
const folder = join(process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts'), `versitygw-${version}`);
const binary = join(folder, 'versitygw');

/** Builds the gateway when it is missing; throws, saying what is needed, when it cannot. */
export function installS3() {
  if (existsSync(binary)) return;
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOBIN: folder };
  const args = ['install', '-trimpath', '-ldflags', '-s -w', `github.com/versity/versitygw/cmd/versitygw@${version}`];
  try {
    execFileSync('go', args, { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000 });
  } catch (error) {
    throw new Error(
      `S3 for the tests needs Go 1.24 or later and its module proxy: ${String(error.stderr ?? error).slice(-300)}`,
      { cause: error },
    );
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** @returns {Promise<{ endpoint: string, folder: string, credentials: { accessKeyId: string, secretAccessKey: string }, stop(): Promise<void> }>} */
export async function startS3() {
  installS3();
  const run = await mkdtemp(join(tmpdir(), 'inland-s3-'));
  for (const name of ['data', 'versions', 'iam']) await mkdir(join(run, name));
  const port = await freePort();
  const credentials = { accessKeyId: 'inlandtest', secretAccessKey: randomBytes(18).toString('base64url') };
  const child = spawn(
    binary,
    [
      '--port',
      `127.0.0.1:${port}`,
      '--health',
      '/healthz',
      '--iam-dir',
      join(run, 'iam'),
      'posix',
      '--versioning-dir',
      join(run, 'versions'),
      join(run, 'data'),
    ],
    {
      env: {
        PATH: process.env.PATH,
        ROOT_ACCESS_KEY: credentials.accessKeyId,
        ROOT_SECRET_KEY: credentials.secretAccessKey,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(`${endpoint}/healthz`).catch(() => undefined);
    if (answer?.ok) break;
    if (attempt > 150 || child.exitCode !== null) {
      child.kill('SIGKILL');
      throw new Error(`S3 for the tests did not start: ${said}`);
    }
    await wait(100);
  }
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(run, { recursive: true, force: true });
  };
  return { endpoint, folder: join(run, 'data'), credentials, stop };
}

if (process.argv[1] === import.meta.filename) installS3();
