import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newSshKeyPair } from '@inland/ssh-keys';
import { startSshd, type Sshd } from '../parts/sshd.mjs';
import { Clients } from './world/clients.ts';
import { applyYaml, resourceOf } from './world/resources.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let sshd: Sshd;
let alice: Clients;
let olga: Clients;

/** A target of one's own that trusts the operator's authority and no key. */
beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  const authority = newSshKeyPair('the authority');
  await writeFile(join(world.secretsFolder, 'ssh-user-ca'), authority.private, { mode: 0o600 });
  const trusted = join(world.folder, 'trusted.pub');
  await writeFile(trusted, `${authority.public}\n`);
  sshd = await startSshd([`TrustedUserCAKeys ${trusted}`, 'AuthorizedKeysFile none', 'LogLevel INFO']);
  const build = await resourceOf(olga, 'Target', 'build-eu');
  await applyYaml(olga, world.folder, [
    {
      ...build,
      metadata: { name: 'build-certified' },
      spec: {
        ...(build['spec'] as object),
        address: `127.0.0.1:${sshd.port}`,
        hostKeys: [sshd.hostKeyLine.split(' ').slice(0, 2).join(' ')],
        logins: [{ name: sshd.login, certificate: true }],
      },
    },
    {
      apiVersion: 'inland/v1',
      kind: 'AccessGrant',
      metadata: { name: 'e2e-certified' },
      spec: {
        subjects: { groups: ['developers'] },
        targets: { names: ['build-certified'] },
        logins: [sshd.login],
        operations: ['connect', 'ssh.*'],
      },
    },
  ]);
}, 180_000);

afterAll(async () => {
  await sshd?.stop();
  await world?.stop();
}, 60_000);

describe('a target whose login is a certificate', () => {
  it('is opened, and its own log names the session and the person', async () => {
    const ran = await alice.ssh(`${sshd.login}@build-certified`, ['echo in']);
    expect(ran).toMatchObject({ status: 0, stdout: 'in\n' });
    const { id } = await sessionWhere(olga, ({ target, endedAt }) => target === 'build-certified' && endedAt !== null);
    expect(sshd.log()).toContain(`ID inland session ${id} alice`);
  }, 60_000);
});
