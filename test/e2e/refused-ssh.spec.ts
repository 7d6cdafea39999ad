import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newSshKeyPair } from '@inland/ssh-keys';
import { Clients } from './world/clients.ts';
import { freePorts } from './world/free-ports.ts';
import { applyYaml, resourceOf } from './world/resources.ts';
import { run } from './world/run-process.ts';
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

/** Targets that cannot be reached for one reason each, at the demo's SSH server. */
async function addTargets(): Promise<void> {
  const build = await resourceOf(olga, 'Target', 'build-eu');
  const [closedPort = 0] = await freePorts(1);
  const other = newSshKeyPair();
  await mkdir(join(world.secretsFolder, 'e2e'), { recursive: true });
  await writeFile(join(world.secretsFolder, 'e2e/wrong'), other.private);
  const target = (name: string, change: object): object => ({
    ...build,
    metadata: { name },
    spec: { ...(build['spec'] as object), ...change },
  });
  await applyYaml(olga, world.folder, [
    target('build-us', { region: 'aws:us-east-1' }),
    target('build-moon', { region: 'moon:tranquility-1' }),
    target('build-down', { address: `127.0.0.1:${closedPort}` }),
    target('build-locked', { logins: [{ name: 'deploy', secret: 'e2e/wrong' }] }),
    target('build-empty', { logins: [{ name: 'deploy', secret: 'e2e/absent' }] }),
    target('build-other', { hostKeys: [other.public.split(' ').slice(0, 2).join(' ')] }),
    {
      apiVersion: 'inland/v1',
      kind: 'AccessGrant',
      metadata: { name: 'e2e' },
      spec: {
        subjects: { groups: ['developers'] },
        targets: { names: ['build-us', 'build-moon', 'build-down', 'build-locked', 'build-empty', 'build-other'] },
        logins: ['deploy'],
        operations: ['connect', 'ssh.*'],
      },
    },
  ]);
}

describe('an access by SSH that is refused', () => {
  it.each([
    ['residency_target_outside', 'deploy@build-us', 'ResidencyPolicy/personal-data-stays-in-eea'],
    ['region_unknown', 'deploy@build-moon', ''],
    ['target_unknown', 'deploy@nowhere', ''],
    ['target_protocol', 'app@orders-eu', ''],
    ['target_name_malformed', 'deploy', ''],
    ['grant_login', 'root@build-eu', ''],
    ['target_secret_missing', 'deploy@build-empty', ''],
    ['target_unreachable', 'deploy@build-down', ''],
    ['target_credential_refused', 'deploy@build-locked', ''],
    ['target_identity_changed', 'deploy@build-other', ''],
  ])('is told %s', async (reason, user, rule) => {
    const { status, stdout, stderr } = await alice.ssh(user, ['echo never']);
    expect([status, stdout]).toEqual([77, '']);
    expect(stderr).toContain('Inland refused this: ');
    expect(stderr).toContain(`[${reason}]`);
    if (rule !== '') expect(stderr).toContain(`(rule ${rule})`);
    const [, id = ''] = /Quote request ([0-9a-f-]{36})/.exec(stderr) ?? [];
    const session = await sessionWhere(olga, (one) => one.id === id && one.endedAt !== null);
    expect([session.reasonCode, session.endReason]).toContain(reason);
  });

  it('is refused by the protocol when nobody is known by the key, and is in the record', async () => {
    const stranger = join(world.folder, 'stranger');
    await writeFile(stranger, newSshKeyPair().private, { mode: 0o600 });
    const options = alice.sshOptions(0, '-p').map((one) => (one === world.keys.alice ? stranger : one));
    const { status, stderr } = await run('ssh', [...options, 'deploy@build-eu@127.0.0.1', 'id']);
    expect(status).toBe(255);
    expect(stderr).toContain('Permission denied (publickey)');
    const session = await sessionWhere(olga, ({ reasonCode }) => reasonCode === 'credential_unknown');
    expect(session).toMatchObject({ subject: '', target: 'build-eu', outcome: 'denied', ending: 'refused' });
  });

  it('is told that a command carries data away', async () => {
    const { status, stderr } = await alice.ssh('deploy@build-eu', ['aws s3 cp customers.csv s3://backups-us-east-1/']);
    expect(status).toBe(77);
    expect(stderr).toContain('[residency_forbidden_operation]');
  });
});
