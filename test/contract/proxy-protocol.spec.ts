import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLocalCa } from '@inland/local-ca';
import { ValueMasker, StreamMasker } from '@inland/masking';
import { PostgresListener, SshListener, type Identity } from '@inland/proxy';
import { encodeProxyV2 } from '@inland/proxy-protocol';
import { newSshKeyPair } from '@inland/ssh-keys';
import { loadSqlParser } from '@inland/statements';
import { run } from '../e2e/world/run-process.ts';
import { installPostgresClients, psql } from '../parts/postgres.mjs';
import { FakeGateway } from './fake-gateway.ts';

const identity: Identity = {
  kind: 'proven',
  subject: 'alice',
  groups: [],
  identityProvider: 'test',
  method: 'ssh-key',
  credentialId: 'k',
};
const limits = { unauthenticatedMax: 10, handshakeMillis: 5_000 };
let folder: string;
let gateway: FakeGateway;
let ssh: SshListener;
let postgres: PostgresListener;
let caFile: string;
let keyFile: string;
const balancers: Server[] = [];

/** What a load balancer does: forwards, and says whom (192.0.2.77), where it is told to. */
async function balancer(port: number, header: Buffer): Promise<number> {
  const server = createServer((client) => {
    const way = connect(port, '127.0.0.1');
    way.write(header.subarray(0, 7)); // in pieces, as a network may cut it
    setImmediate(() => {
      way.write(header.subarray(7));
      client.pipe(way).pipe(client);
    });
    client.on('error', () => way.destroy());
    way.on('error', () => client.destroy());
    way.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  balancers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const header = encodeProxyV2({
  source: { address: '192.0.2.77', port: 4711 },
  destination: { address: '127.0.0.1', port: 22 },
});

beforeAll(async () => {
  installPostgresClients();
  folder = await mkdtemp(join(tmpdir(), 'inland-proxied-'));
  const ca = await openLocalCa({ folder: join(folder, 'ca') });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  caFile = join(folder, 'ca.pem');
  keyFile = join(folder, 'key');
  await writeFile(caFile, ca.caPem);
  await writeFile(keyFile, newSshKeyPair().private, { mode: 0o600 });
  gateway = new FakeGateway({ targets: {} });
  const proxies = ['127.0.0.0/8'];
  const logger = { warn: () => undefined };
  ssh = new SshListener({
    gateway,
    identify: async () => identity,
    hostKeys: [newSshKeyPair().private],
    host: '127.0.0.1',
    port: 0,
    limits,
    proxies,
    createMasker: (detectors) => new StreamMasker(detectors),
    logger,
  });
  postgres = new PostgresListener({
    gateway,
    authenticate: async () => identity,
    tls: { key: keyPem, cert: certPem },
    host: '127.0.0.1',
    port: 0,
    limits,
    proxies,
    valueMask: (detectors) => new ValueMasker(detectors),
    sqlParser: await loadSqlParser(),
    logger,
  });
  await Promise.all([ssh.listen(), postgres.listen()]);
}, 60_000);
afterAll(async () => {
  for (const server of balancers) server.close();
  await Promise.all([ssh.close({ graceMillis: 0 }), postgres.close({ graceMillis: 0 })]);
  await rm(folder, { recursive: true, force: true });
});

const runSsh = (port: number) =>
  run('ssh', [
    '-F',
    'none',
    '-p',
    String(port),
    '-i',
    keyFile,
    ...['IdentitiesOnly=yes', 'BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'].flatMap(
      (option) => ['-o', option],
    ),
    'deploy@nowhere@127.0.0.1',
    'true',
  ]);
const runPsql = (port: number) =>
  psql(
    [
      `host=127.0.0.1 port=${port} user=app@nowhere dbname=x sslmode=verify-full sslrootcert=${caFile}`,
      '-c',
      'SELECT 1',
    ],
    { env: { PGPASSWORD: 'a-token' } },
  );

describe('a client behind a load balancer that the operator named', () => {
  it('is where the balancer says, for ssh', async () => {
    const { stderr } = await runSsh(await balancer(ssh.port, header));
    expect(stderr).toContain('Inland refused this');
    expect(gateway.attempts.at(-1)?.client).toMatchObject({ address: '192.0.2.77', port: 4711, peer: '127.0.0.1' });
  });

  it('is where the balancer says, for psql', async () => {
    const { stderr } = await runPsql(await balancer(postgres.port, header));
    expect(stderr).toContain('Inland refused this');
    expect(gateway.attempts.at(-1)?.client).toMatchObject({ address: '192.0.2.77', port: 4711, peer: '127.0.0.1' });
  });

  it('does not come in where the balancer says nothing', async () => {
    const before = gateway.attempts.length;
    for (const port of [ssh.port, postgres.port]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('SSH-2.0-nobody said who\r\n');
      await once(socket, 'close');
    }
    expect(gateway.attempts.length).toBe(before);
  });
});
