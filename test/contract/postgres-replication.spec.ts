import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLocalCa } from '@inland/local-ca';
import { ValueMasker } from '@inland/masking';
import { PostgresListener } from '@inland/proxy';
import { loadSqlParser } from '@inland/statements';
import { startRegression, type RegressionServer } from '../parts/postgres-regression.mjs';
import { FakeGateway } from './fake-gateway.ts';

const execute = promisify(execFile);
let folder: string;
let server: RegressionServer;
let gateway: FakeGateway;
let listener: PostgresListener;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-replication-'));
  const ca = await openLocalCa({ folder: join(folder, 'ca') });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const tls = { key: keyPem, cert: certPem };
  server = await startRegression({ tls });
  gateway = new FakeGateway({
    targets: {
      whole: {
        name: 'whole',
        region: 'aws:eu-central-1',
        host: '127.0.0.1',
        port: server.port,
        login: { name: 'postgres', password: server.password },
        hostKeys: [],
        tls: { mode: 'verify-full', ca: ca.caPem },
      },
    },
  });
  listener = new PostgresListener({
    gateway,
    authenticate: async () => ({
      kind: 'proven',
      subject: 'alice',
      groups: [],
      identityProvider: 'test',
      method: 'database-token',
      credentialId: 'token',
    }),
    tls,
    host: '127.0.0.1',
    port: 0,
    limits: { unauthenticatedMax: 10, handshakeMillis: 30_000 },
    valueMask: (names) => new ValueMasker(names),
    sqlParser: await loadSqlParser(),
    logger: { warn: () => undefined },
  });
  await listener.listen();
}, 120_000);

afterAll(async () => {
  await listener?.close({ graceMillis: 0 });
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('a replication stream that is granted', () => {
  it('makes a base backup through the gateway, and the record has its size and hash', async () => {
    const connection = `host=127.0.0.1 port=${listener.port} user=postgres@whole password=token sslmode=require`;
    const backup = join(folder, 'backup');
    const args = ['-d', connection, '-D', backup, '-X', 'fetch', '--checkpoint=fast', '--no-sync'];
    await execute('pg_basebackup', args, { timeout: 100_000 });
    expect(await readFile(join(backup, 'PG_VERSION'), 'utf8')).toBe('15\n');
    const verified = await execute('/usr/lib/postgresql/15/bin/pg_verifybackup', [backup], { timeout: 60_000 });
    expect(verified.stdout).toContain('backup successfully verified');
    const session = gateway.sessions.find(({ commands }) => (commands[0]?.summarisedBytes ?? 0) > 1_000_000);
    expect(session?.commands.map(({ request }) => [request.operation, request.text])).toEqual([
      ['postgres.replication', 'replication=true'],
    ]);
    expect(await session?.closed).toEqual({ ending: 'completed', reason: 'client_closed' });
  }, 120_000);
});
