import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDemoPostgres, type DemoPostgres } from '@inland/demo-targets';
import { openLocalCa } from '@inland/local-ca';
import { StreamMasker, ValueMasker } from '@inland/masking';
import {
  PostgresListener,
  SshListener,
  type Gateway,
  type GatewaySession,
  type Identity,
  type ResolvedTarget,
} from '@inland/proxy';
import { newSshKeyPair } from '@inland/ssh-keys';
import { loadSqlParser } from '@inland/statements';
import { installPostgresClients } from '../parts/postgres.mjs';
import { startSshd, type Sshd } from '../parts/sshd.mjs';

/** More than this of growth is not flat. Streams are many times as long. */
const growthBytesMax = 256 * 1024 * 1024;
/** 2 GiB in CI; INLAND_STREAM_GIB=10 takes its minutes. */
const streamBytes = Number(process.env.INLAND_STREAM_GIB ?? 2) * 1024 * 1024 * 1024;

const proven: Identity = {
  kind: 'proven',
  subject: 'alice',
  groups: [],
  identityProvider: 'test',
  method: 'ssh-key',
  credentialId: 'key',
};
let folder: string;
let database: DemoPostgres;
let sshd: Sshd;
let postgres: PostgresListener;
let ssh: SshListener;
let sshArgs: readonly string[];
let dsn: string;

/** Allows everything, and forgets what it is told: what it kept would be the memory that is measured. */
function forgetful(target: ResolvedTarget): Gateway {
  const hash = createHash('sha256');
  const command = {
    number: 1,
    record: async () => undefined,
    summarise: (_stream: unknown, data: Uint8Array) => void hash.update(data),
    completed: async () => undefined,
  };
  const session: GatewaySession = {
    id: 'session',
    mask: [],
    ended: new AbortController().signal,
    onWarning: () => undefined,
    opened: async () => undefined,
    submit: async () => ({ kind: 'allowed', command }),
    resized: () => undefined,
    close: async () => undefined,
  };
  return { attempt: async () => ({ kind: 'allowed', session, target }) };
}

beforeAll(async () => {
  installPostgresClients();
  folder = await mkdtemp(join(tmpdir(), 'inland-flat-'));
  database = await startDemoPostgres({ folder: join(folder, 'demo') });
  sshd = await startSshd();
  const ca = await openLocalCa({ folder: join(folder, 'ca') });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const limits = { unauthenticatedMax: 10, handshakeMillis: 10_000 };
  const common = { host: '127.0.0.1', port: 0, limits, logger: { warn: () => undefined } };
  const target = { name: 't', region: 'aws:eu-central-1' };
  postgres = new PostgresListener({
    ...common,
    gateway: forgetful({
      ...target,
      host: database.host,
      port: database.port,
      login: { name: 'app', password: database.password },
      hostKeys: [],
      tls: { mode: 'verify-full', ca: database.caPem },
    }),
    authenticate: async () => proven,
    tls: { key: keyPem, cert: certPem },
    valueMask: (detectors) => new ValueMasker(detectors),
    sqlParser: await loadSqlParser(),
  });
  const [host, alice] = [newSshKeyPair(), newSshKeyPair()];
  await writeFile(join(folder, 'alice'), alice.private, { mode: 0o600 });
  ssh = new SshListener({
    ...common,
    gateway: forgetful({
      ...target,
      host: sshd.host,
      port: sshd.port,
      login: { name: sshd.login, privateKey: sshd.privateKey },
      hostKeys: [sshd.hostKeyLine],
      tls: { mode: 'disable' },
    }),
    identify: async () => proven,
    hostKeys: [host.private],
    createMasker: (detectors) => new StreamMasker(detectors),
  });
  await postgres.listen();
  await ssh.listen();
  await writeFile(join(folder, 'known'), `[127.0.0.1]:${ssh.port} ${host.public}\n`);
  const settings = ['IdentitiesOnly=yes', 'BatchMode=yes', `UserKnownHostsFile=${join(folder, 'known')}`];
  const options = settings.flatMap((each) => ['-o', each]);
  sshArgs = ['-F', 'none', ...options, '-i', join(folder, 'alice'), '-p', String(ssh.port), 'deploy@t@127.0.0.1'];
  dsn = `host=127.0.0.1 port=${postgres.port} user=app@t password=x dbname=shop sslmode=require`;
}, 60_000);

afterAll(async () => {
  await Promise.all([postgres?.close({ graceMillis: 0 }), ssh?.close({ graceMillis: 0 })]);
  await database?.stop();
  await sshd?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** The most that the process takes more than it took, until the work is over. */
async function growthWhile(work: Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  let over = false;
  const done = work.finally(() => (over = true));
  while (!over) {
    most = Math.max(most, process.memoryUsage().rss);
    await Promise.race([done, wait(50)]);
  }
  await done;
  return most - before;
}

/** How many bytes a program writes, to its end. */
async function bytesOf(child: ChildProcess): Promise<number> {
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const [status] = (await once(child, 'close')) as [number];
  if (status !== 0) throw new Error(`it ended with ${status}`);
  return bytes;
}

const shown = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] };
/** A copy of so many bytes: rows of 1,024 with the end of their line. */
const copyOf = (bytes: number): string =>
  `COPY (SELECT repeat('x', 1023) FROM generate_series(1, ${bytes / 1024})) TO STDOUT`;
const programs = {
  ssh: (bytes: number) => spawn('ssh', [...sshArgs, `head -c ${bytes} /dev/zero`], shown),
  psql: (bytes: number) => spawn('psql', ['-X', '-q', '-d', dsn, '-c', copyOf(bytes)], shown),
};

describe.each(Object.entries(programs))('a stream to %s', (_, start) => {
  it(`of ${streamBytes / 1024 ** 3} GiB passes in flat memory`, async () => {
    await bytesOf(start(64 * 1024 * 1024)); // what is compiled and made ready once is not what is measured
    let bytes = 0;
    const growth = await growthWhile(bytesOf(start(streamBytes)).then((all) => (bytes = all)));
    expect(bytes).toBe(streamBytes);
    expect(growth).toBeLessThan(growthBytesMax);
  }, 300_000);

  it('whose client stops reading waits, and others go on', async () => {
    const stopped = start(streamBytes);
    let read = 0;
    stopped.stdout?.on('data', (chunk: Buffer) => (read += chunk.length));
    const reading = once(stopped.stdout as NonNullable<typeof stopped.stdout>, 'data');
    await reading;
    stopped.kill('SIGSTOP');
    const other = bytesOf(start(64 * 1024 * 1024));
    let bytes = 0;
    const growth = await growthWhile(other.then((all) => (bytes = all)));
    expect(bytes).toBe(64 * 1024 * 1024);
    expect(growth).toBeLessThan(growthBytesMax);
    const before = read;
    await bytesOf(start(64 * 1024 * 1024));
    expect(read).toBe(before); // it did not move while the others did
    stopped.kill('SIGCONT');
    stopped.kill('SIGKILL');
    await once(stopped, 'close');
  }, 300_000);
});
