import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openLocalCa } from '@inland/local-ca';
import { ValueMasker } from '@inland/masking';
import { PostgresListener } from '@inland/proxy';
import { loadSqlParser } from '@inland/statements';
import { startRegression, type RegressionServer } from '../parts/postgres-regression.mjs';
import { FakeGateway } from './fake-gateway.ts';

let folder: string;
let server: RegressionServer;
let direct: ReadonlyMap<string, string>;
let cleanUp: (() => Promise<void>)[] = [];
let keys: { readonly caPem: string; readonly tls: { readonly key: string; readonly cert: string } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-regression-'));
  const ca = await openLocalCa({ folder });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  keys = { caPem: ca.caPem, tls: { key: keyPem, cert: certPem } };
  server = await startRegression({ tls: keys.tls });
  direct = await outputs(server.direct);
}, 400_000);

afterEach(async () => {
  for (const each of cleanUp.toReversed()) await each();
  cleanUp = [];
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** A gateway to the server, and the way through it. */
async function start(mask: readonly string[]): Promise<{ readonly gateway: FakeGateway; readonly connection: string }> {
  const gateway = new FakeGateway({
    mask,
    targets: {
      regression: {
        name: 'regression',
        region: 'aws:eu-central-1',
        host: '127.0.0.1',
        port: server.port,
        login: { name: 'postgres', password: server.password },
        hostKeys: [],
        tls: { mode: 'verify-full', ca: keys.caPem },
      },
    },
  });
  const listener = new PostgresListener({
    gateway,
    authenticate: async () => ({
      kind: 'proven',
      subject: 'alice',
      groups: [],
      identityProvider: 'test',
      method: 'database-token',
      credentialId: 'token',
    }),
    tls: keys.tls,
    host: '127.0.0.1',
    port: 0,
    limits: { unauthenticatedMax: 10, handshakeMillis: 30_000 },
    valueMask: (detectors) => new ValueMasker(detectors),
    sqlParser: await loadSqlParser(),
    logger: { warn: () => undefined },
  });
  await listener.listen();
  cleanUp.push(() => listener.close({ graceMillis: 0 }));
  const where = `host=localhost hostaddr=127.0.0.1 port=${listener.port} sslmode=require`;
  return { gateway, connection: `${where} user=postgres@regression password=token` };
}

/** What each test of the suite prints, one after the other in a new database. */
async function outputs(connection: string): Promise<ReadonlyMap<string, string>> {
  server.dropRoles();
  server.newDatabase('regression');
  const printed = new Map<string, string>();
  for (const name of server.schedule) printed.set(name, await server.run(name, connection, 'regression'));
  return printed;
}

/** What differs is kept for whoever looks into it, in the folder that INLAND_KEEP names. */
async function keep(name: string, one = '', other = ''): Promise<void> {
  const place = process.env['INLAND_KEEP'];
  if (place === undefined) return;
  await writeFile(join(place, `${name}.direct`), one);
  await writeFile(join(place, `${name}.inland`), other);
}

describe("PostgreSQL's own regression suite", () => {
  it('prints through the gateway what it prints without', async () => {
    const { gateway, connection } = await start([]);
    const through = await outputs(connection);
    const unlike = server.schedule.filter((name) => direct.get(name) !== through.get(name));
    for (const name of unlike) await keep(name, direct.get(name), through.get(name));
    expect(unlike).toEqual([]);
    // The suite did run: what it says should be printed was printed, but for what depends on the machine.
    const passed = await Promise.all(
      server.schedule.map(async (name) => (await server.expected(name)).includes(through.get(name) ?? '')),
    );
    expect(passed.filter(Boolean).length).toBeGreaterThan(0.9 * server.schedule.length);
    expect(server.schedule.length).toBeGreaterThan(180);
    expect(gateway.sessions.length).toBeGreaterThanOrEqual(server.schedule.length);
  }, 600_000);

  it('prints the same but for what is masked, where values are masked', async () => {
    const { connection } = await start(['email', 'card', 'iban']);
    const through = await outputs(connection);
    const lines = (text = ''): readonly string[] => text.split('\n');
    let masked = 0;
    const unlike = server.schedule.filter((name) => {
      const [one, other] = [lines(direct.get(name)), lines(through.get(name))];
      const isMasked = (line: string, index: number): boolean => {
        const before = one[index] ?? '';
        if (line !== before) masked += 1;
        return line.length === before.length && line.split('').every((each, at) => each === before[at] || each === '*');
      };
      return one.length !== other.length || !other.every(isMasked);
    });
    for (const name of unlike) await keep(`${name}.masked`, direct.get(name), through.get(name));
    expect(unlike).toEqual([]);
    expect(masked).toBeGreaterThan(0);
  }, 600_000);
});
