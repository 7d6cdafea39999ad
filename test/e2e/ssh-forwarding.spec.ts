import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSshd, type Sshd } from '../parts/sshd.mjs';
import { Clients } from './world/clients.ts';
import { applyYaml, resourceOf } from './world/resources.ts';
import type { Ran } from './world/run-process.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let sshd: Sshd;
let alice: Clients;
let olga: Clients;
let service: Server;
let port: number;

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  sshd = await startSshd();
  await mkdir(join(world.secretsFolder, 'e2e'), { recursive: true });
  await writeFile(join(world.secretsFolder, 'e2e/forwards'), sshd.privateKey, { mode: 0o600 });
  service = createServer((socket) => socket.end('from there\n')).listen(0, '127.0.0.1');
  await once(service, 'listening');
  ({ port } = service.address() as AddressInfo);
  const build = await resourceOf(olga, 'Target', 'build-eu');
  const target = (name: string): object => ({
    ...build,
    metadata: { name },
    spec: {
      ...(build['spec'] as object),
      address: `127.0.0.1:${sshd.port}`,
      hostKeys: [sshd.hostKeyLine.split(' ').slice(0, 2).join(' ')],
      logins: [{ name: sshd.login, secret: 'e2e/forwards' }],
    },
  });
  const grant = (name: string, operations: readonly string[]): object => ({
    apiVersion: 'inland/v1',
    kind: 'AccessGrant',
    metadata: { name },
    spec: { subjects: { groups: ['developers'] }, targets: { names: [name] }, logins: [sshd.login], operations },
  });
  await applyYaml(olga, world.folder, [
    target('forwards'),
    target('forwards-not'),
    grant('forwards', ['connect', 'ssh.*', 'ssh.forward-local']),
    grant('forwards-not', ['connect', 'ssh.*', '*']),
    {
      apiVersion: 'inland/v1',
      kind: 'Destination',
      metadata: { name: 'partner' },
      spec: { hosts: ['partner.example'], region: 'aws:us-east-1' },
    },
  ]);
}, 180_000);

afterAll(async () => {
  service?.close();
  await sshd?.stop();
  await world?.stop();
}, 60_000);

const forward = (target: string, place: string): Promise<Ran> =>
  alice.ssh(`${sshd.login}@${target}`, [], { args: ['-W', place] });

describe('a connection through a target', () => {
  it('is had where a grant names it, and is a command of the session', async () => {
    expect(await forward('forwards', `localhost:${port}`)).toEqual({ status: 0, stdout: 'from there\n', stderr: '' });
    const session = await sessionWhere(olga, ({ target, endedAt }) => target === 'forwards' && endedAt !== null);
    expect(session).toMatchObject({ outcome: 'allowed', commands: 1, ending: 'completed' });
  });

  it.each([
    ['an asterisk does not name it', 'forwards-not', () => `localhost:${port}`, 'operation'],
    ['its place is not known', 'forwards', () => 'unheard-of.example:443', 'residency_destination_unknown'],
    ['its place is outside', 'forwards', () => 'partner.example:443', 'residency_destination_outside'],
  ])('is refused when %s', async (_when, target, place, reason) => {
    const ran = await forward(target, place());
    expect([ran.status, ran.stdout]).toEqual([255, '']);
    expect(ran.stderr).toContain('open failed: administratively prohibited: Inland refused this: ');
    expect(ran.stderr).toMatch(new RegExp(`\\[\\w*${reason}\\w*\\], request [0-9a-f-]{36}`));
  });
});
