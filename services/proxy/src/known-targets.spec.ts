import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseResources, type World } from '@inland/residency';
import { readCertificate } from '@inland/ssh-certificates';
import { KnownTargets } from './known-targets.ts';

const authority = { key: generateKeyPairSync('ed25519').privateKey, publicKey: '' };
const session = { id: '0190-1234', subject: 'alice@example' };
const secrets = (path: string): Promise<string> =>
  path === 'build/deploy' ? Promise.resolve('a password') : Promise.reject(new Error('no such file'));

function worldWith(logins: string, protocol = 'ssh'): World {
  const resources = parseResources(
    `
apiVersion: inland/v1
kind: Target
metadata: { name: build-eu }
spec:
  protocol: ${protocol}
  address: build.internal:22
  region: 'aws:eu-central-1'
  dataClasses: [none]
  logins: ${logins}
`,
    'targets.yaml',
  );
  return {
    resources: new Map(
      resources.map((resource) => [`${resource.kind}/${resource.metadata.name}`, { resource, generation: 1 }]),
    ),
  };
}

describe('KnownTargets', () => {
  it('opens a login by its secret, or by a certificate made for the session', async () => {
    const world = worldWith(
      '[{ name: deploy, secret: build/deploy }, { name: root, certificate: true, permit: [agent-forwarding] }]',
    );
    const targets = new KnownTargets(
      () => world,
      secrets,
      async () => authority,
    );
    expect((await targets.resolve('build-eu', 'deploy', session))?.login).toEqual({
      name: 'deploy',
      password: 'a password',
    });
    const login = (await targets.resolve('build-eu', 'root', session))?.login;
    const certificate = readCertificate(Buffer.from(login?.certificate?.split(' ')[1] ?? '', 'base64'));
    expect(certificate).toMatchObject({
      kind: 'user',
      keyId: 'inland session 0190-1234 alice@example',
      principals: ['root'],
    });
    expect([...(certificate?.extensions.keys() ?? [])]).toEqual(['permit-agent-forwarding', 'permit-pty']);
    expect(Number((certificate?.validBefore ?? 0n) - (certificate?.validAfter ?? 0n))).toBe(6 * 60);
    const again = (await targets.resolve('build-eu', 'root', session))?.login;
    expect(again?.privateKey).not.toBe(login?.privateKey);
  });

  it('takes a login that has either a secret or a certificate', () => {
    for (const login of [
      '{ name: a }',
      '{ name: a, secret: b, certificate: true }',
      '{ name: a, certificate: false }',
      '{ name: a, secret: b, permit: [port-forwarding] }',
      '{ name: a, certificate: true, permit: [user-rc] }',
    ])
      expect(() => worldWith(`[${login}]`)).toThrow();
    expect(() => worldWith('[{ name: a, certificate: true }]', 'postgres')).toThrow();
    expect(() => worldWith('[{ name: a, secret: b }]', 'postgres')).not.toThrow();
  });

  it('knows nothing of other names, nor of secrets that are not there', async () => {
    const world = worldWith('[{ name: deploy, secret: build/gone }]');
    const targets = new KnownTargets(
      () => world,
      secrets,
      async () => authority,
    );
    expect(await targets.resolve('build-eu', 'deploy', session)).toBeUndefined();
    expect(await targets.resolve('build-eu', 'root', session)).toBeUndefined();
    expect(await targets.resolve('build-us', 'deploy', session)).toBeUndefined();
  });
});
