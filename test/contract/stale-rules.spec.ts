import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { Fault } from '@inland/kernel';
import { openLocalCa } from '@inland/local-ca';
import { StreamMasker, ValueMasker } from '@inland/masking';
import { defaultBundle, preparePolicy } from '@inland/policy';
import { EnforcementGateway, PostgresListener, SshListener, type Identity } from '@inland/proxy';
import { loadSqlParser } from '@inland/statements';
import { ClientPlaces } from '@inland/residency';
import { newSshKeyPair } from '@inland/ssh-keys';
import { run } from '../e2e/world/run-process.ts';
import { installPostgresClients } from '../parts/postgres.mjs';
import { installSsh } from '../parts/sshd.mjs';

const region = 'aws:eu-central-1';
const clock = { time: Date.now(), now: () => clock.time };
const closing: (() => Promise<unknown>)[] = [];
let folder: string;
let ssh: SshListener;
let postgres: PostgresListener;

const alice: Identity = {
  kind: 'proven',
  subject: 'alice',
  groups: ['developers'],
  identityProvider: 'test',
  method: 'ssh-key',
  credentialId: 'key',
};

beforeAll(async () => {
  installPostgresClients();
  installSsh();
  folder = await mkdtemp(join(tmpdir(), 'inland-stale-'));
  const log = await SqliteEventLog.open({ folder: join(folder, 'log') });
  let answers = true;
  const view = await ControlView.open({
    log: {
      subscribe: (options) => log.subscribe(options),
      read: (range) => log.read(range),
      ends: (topic) => (answers ? log.ends(topic) : Promise.reject(new Fault('log_unavailable', 'it does not answer'))),
    } as EventLog,
    clock,
    staleAfterMillis: 30_000,
  });
  await preparePolicy({ log, view, source: '/test', bundle: defaultBundle(), systemResources: true });
  const gateway = new EnforcementGateway({
    log,
    decider: view,
    replica: 'test',
    region,
    record: { log: region, recordings: region, projections: region },
    places: new ClientPlaces([]),
    regionOf: () => undefined,
    destinationRegion: () => null,
    resolveTarget: async () => undefined,
    maskText: () => (text) => ({ text, masked: 0 }),
    observer: { attempt: () => undefined, command: () => undefined, live: () => undefined },
  });
  const { keyPem, certPem } = await (
    await openLocalCa({ folder: join(folder, 'ca') })
  ).issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const where = { gateway, host: '127.0.0.1', port: 0, limits: { unauthenticatedMax: 10, handshakeMillis: 10_000 } };
  const logger = { warn: (): void => undefined };
  postgres = new PostgresListener({
    ...where,
    authenticate: async () => alice,
    tls: { key: keyPem, cert: certPem },
    valueMask: (detectors) => new ValueMasker(detectors),
    sqlParser: await loadSqlParser(),
    logger,
  });
  ssh = new SshListener({
    ...where,
    identify: async () => alice,
    hostKeys: [newSshKeyPair().private],
    createMasker: (detectors) => new StreamMasker(detectors),
    logger,
  });
  await Promise.all([postgres.listen(), ssh.listen()]);
  closing.push(
    () => ssh.close({ graceMillis: 0 }),
    () => postgres.close({ graceMillis: 0 }),
    () => view.close(),
    () => log.close(),
  );
  await writeFile(join(folder, 'key'), newSshKeyPair().private, { mode: 0o600 });
  // A minute in which the log did not answer: nobody knows whether the rules are still the rules.
  answers = false;
  clock.time += 60_000;
}, 60_000);
afterAll(async () => {
  for (const close of closing) await close();
  await rm(folder, { recursive: true, force: true });
});

describe('rules that may be stale', () => {
  it('are not decided on: psql is told policy_stale', async () => {
    const connection = `host=127.0.0.1 port=${postgres.port} user=app@orders-eu dbname=shop sslmode=require`;
    const { status, stderr } = await run('psql', ['-X', connection, '-c', 'SELECT 1'], {
      env: { PGPASSWORD: 'token' },
    });
    expect(status).toBe(2);
    expect(stderr).toContain('FATAL:  Inland refused this: the gateway has lost touch with the rules');
    expect(stderr).toContain('Reason policy_stale');
  });

  it('are not decided on: ssh is told policy_stale', async () => {
    const options = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'];
    const args = [
      '-F',
      'none',
      ...options,
      '-i',
      join(folder, 'key'),
      '-p',
      String(ssh.port),
      'deploy@build-eu@127.0.0.1',
    ];
    const { status, stderr } = await run('ssh', [...args, 'id']);
    expect(status).toBe(77);
    expect(stderr).toContain('[policy_stale]');
  });
});
