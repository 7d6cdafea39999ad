// `npm run bench -- memory`: what an idle session costs the gateway, in KiB of memory: an SSH connection with a shell at a
// real sshd, and a PostgreSQL connection that has done one SELECT, TLS on both sides, over the pipeline as in production.
// The clients run in a process of their own. Before and after, the garbage is collected until no less is in use.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startDemoPostgres } from '@inland/demo-targets';
import { openLocalCa } from '@inland/local-ca';
import { newSshKeyPair } from '@inland/ssh-keys';
import { startSshd } from '../test/parts/sshd.mjs';
import { openGateway, plainAndMasked, region } from './setup/gateway.mjs';
import { startPostgres, startSsh, token } from './setup/listeners.mjs';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const parts = ['rss', 'heapUsed', 'external', 'arrayBuffers'];

/** Collects until no less is in use; what was freed is given back a moment later. */
async function settled() {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 20; tries += 1) {
    collect();
    await wait(100);
    const { heapUsed, external } = process.memoryUsage();
    if (heapUsed + external > least * 0.999) break;
    least = heapUsed + external;
  }
  return process.memoryUsage();
}

/** KiB for each of `connections` idle clients, after `warm` ones have made everything ready that is made once. */
async function measure(client, { warm, connections }) {
  const child = fork(new URL('setup/idle-clients.mjs', import.meta.url), [JSON.stringify(client)]);
  const open = async (count) => {
    child.send({ open: count });
    const answer = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (answer[0]?.opened === undefined) throw new Error(`the clients ended: ${answer[0]}`);
  };
  try {
    await open(warm);
    const before = await settled();
    await open(connections);
    const after = await settled();
    return Object.fromEntries(parts.map((part) => [part, (after[part] - before[part]) / 1024 / connections]));
  } finally {
    child.kill();
  }
}

const worldOf = (protocol, login) => plainAndMasked({ protocol, login, forbid: { operations: [`${protocol}.never`] } });

async function ofSsh(folder, sizes) {
  const sshd = await startSshd();
  const [host, alice] = [newSshKeyPair(), newSshKeyPair()];
  const digest = createHash('sha256')
    .update(Buffer.from(alice.public.split(' ')[1], 'base64'))
    .digest('base64');
  const resolveTarget = async (name) => ({
    name,
    region,
    host: sshd.host,
    port: sshd.port,
    login: { name: sshd.login, privateKey: sshd.privateKey },
    hostKeys: [sshd.hostKeyLine],
    tls: { mode: 'disable' },
  });
  const gateway = await openGateway({ folder: join(folder, 'ssh'), world: worldOf('ssh', 'deploy'), resolveTarget });
  const fingerprint = `SHA256:${digest.replace(/=+$/, '')}`;
  const inland = await startSsh(gateway, { hostKey: host.private, fingerprint });
  const config = { host: '127.0.0.1', port: inland.port, username: 'deploy@plain', privateKey: alice.private };
  try {
    return await measure({ kind: 'ssh', config }, sizes);
  } finally {
    await inland.stop();
    await sshd.stop();
  }
}

async function ofPostgres(folder, sizes) {
  const database = await startDemoPostgres({ folder: join(folder, 'demo') });
  const ca = await openLocalCa({ folder: join(folder, 'ca') });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const resolveTarget = async (name, login) => ({
    name,
    region,
    host: database.host,
    port: database.port,
    login: { name: login, password: database.password },
    hostKeys: [],
    tls: { mode: 'verify-full', ca: database.caPem },
  });
  const world = worldOf('postgres', 'app');
  const gateway = await openGateway({ folder: join(folder, 'pg'), world, resolveTarget });
  const inland = await startPostgres(gateway, { tls: { key: keyPem, cert: certPem } });
  const config = {
    host: '127.0.0.1',
    port: inland.port,
    user: 'app@plain',
    database: 'shop',
    password: token,
    ssl: { ca: ca.caPem },
  };
  try {
    return await measure({ kind: 'postgres', config }, sizes);
  } finally {
    await inland.stop();
    await database.stop();
  }
}

/** Prints a table, or JSON. The demo database takes 60 connections in all. */
export async function run({ json = false, connections = 30, warm = 10, only = '' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'inland-bench-memory-'));
  const rows = [];
  try {
    for (const [name, of] of Object.entries({ ssh: ofSsh, postgres: ofPostgres }))
      if (name.startsWith(only)) rows.push({ name, kib: await of(folder, { connections, warm }) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (json) {
    console.log(JSON.stringify({ bench: 'memory', unit: 'KiB', connections, warm, rows }, null, 2));
    return;
  }
  const line = (cells) => console.log(cells.map((cell) => String(cell).padStart(14)).join(''));
  line(['KiB each', ...parts]);
  for (const { name, kib } of rows) line([name, ...parts.map((part) => kib[part].toFixed(0))]);
  console.log(`idle connections: ${connections}, after ${warm} to warm up`);
}
