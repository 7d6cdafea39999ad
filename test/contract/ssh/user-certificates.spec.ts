import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyDirectory, type Directory, type Principal } from '@inland/identity';
import { StreamMasker } from '@inland/masking';
import { identityOfCertificate, SshListener, type Identity } from '@inland/proxy';
import { run, type Ran } from '../../e2e/world/run-process.ts';
import { FakeGateway } from '../fake-gateway.ts';
import { SshWorld, user } from './ssh-world.ts';

/** People who show certificates of an authority that auth's configuration names, with OpenSSH's client. */
let world: SshWorld;
let listener: SshListener | undefined;
let gateway: FakeGateway;
let serial = 0;

beforeAll(async () => {
  world = await SshWorld.start();
  await keyPair('authority');
  await keyPair('other', 'ecdsa');
}, 60_000);

afterEach(async () => listener?.close({ graceMillis: 0 }));
afterAll(() => world?.stop());

const at = (name: string): string => join(world.folder, name);

async function keyPair(name: string, type = 'ed25519'): Promise<string> {
  const { status, stderr } = await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', at(name)]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return at(name);
}

async function directory(): Promise<Directory> {
  const authorities = await Promise.all(['authority', 'other'].map((name) => readFile(at(`${name}.pub`), 'utf8')));
  const person = (subject: string, of: readonly string[]): [string, Principal] => [
    subject,
    { subject, displayName: '', groups: [], identityProvider: 'config', sshKeys: [], certificateAuthorities: of },
  ];
  return {
    ...emptyDirectory,
    principals: new Map([person('alice', authorities), person('bob', authorities), person('carol', [])]),
  };
}

/** A new key with a certificate, shown to a new listener. */
async function show(args: readonly string[], { by = 'authority', type = 'ed25519' } = {}): Promise<Ran> {
  const key = await keyPair(`key-${(serial += 1)}`, type);
  const signed = await run('ssh-keygen', ['-q', '-s', at(by), '-I', 'someone', ...args, `${key}.pub`]);
  expect(signed.status).toBe(0);
  gateway = new FakeGateway({ targets: { 'build-eu': world.target } });
  const view = { directory: await directory() };
  listener = new SshListener({
    gateway,
    identify: async ({ fingerprint, certificate, address }): Promise<Identity> =>
      certificate === undefined
        ? { kind: 'unproven', method: 'ssh-key', credentialId: fingerprint, reason: 'credential_unknown' }
        : identityOfCertificate(view, { certificate, fingerprint, address }, new Date()),
    hostKeys: [world.hostKey.private],
    host: '127.0.0.1',
    port: 0,
    limits: { unauthenticatedMax: 10, handshakeMillis: 10_000 },
    createMasker: (detectors) => new StreamMasker(detectors),
    logger: { warn: () => undefined },
  });
  await listener.listen();
  const known = at('known');
  await writeFile(known, `[127.0.0.1]:${listener.port} ${world.hostKey.public}\n`);
  const settings = [
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    `UserKnownHostsFile=${known}`,
    `CertificateFile=${key}-cert.pub`,
  ];
  const options = ['-F', 'none', '-p', String(listener.port), ...settings.flatMap((each) => ['-o', each])];
  return run('ssh', [...options, '-i', key, `${user}@127.0.0.1`, 'echo in']);
}

/** Reasons of those attempts that came to nothing, as they are recorded when the client has left. */
async function reasons(): Promise<string[]> {
  await listener?.close({ graceMillis: 0 });
  return gateway.attempts.flatMap(({ identity }) => (identity.kind === 'unproven' ? [identity.reason] : []));
}

describe('a user certificate', () => {
  it.each([
    ['ed25519', 'authority'],
    ['rsa', 'authority'],
    ['ecdsa', 'other'],
  ])(
    'of an %s key lets in the person that it names',
    async (type, by) => {
      expect(await show(['-n', 'alice', '-V', '+5m'], { type, by })).toMatchObject({ status: 0, stdout: 'in\n' });
      expect(gateway.attempts).toMatchObject([
        { identity: { kind: 'proven', subject: 'alice', method: 'ssh-certificate' } },
      ]);
    },
    30_000,
  );

  it('is good from the addresses that it names', async () => {
    const ran = await show(['-n', 'alice', '-O', 'source-address=127.0.0.0/8']);
    expect(ran).toMatchObject({ status: 0, stdout: 'in\n' });
  }, 30_000);

  it.each<[string, string, readonly string[], string?]>([
    ['of somebody unknown', 'credential_unknown', ['-n', 'mallory']],
    ['of somebody whose certificates the authority may not sign', 'credential_unknown', ['-n', 'carol']],
    ['for everybody', 'credential_unknown', []],
    ['of two people', 'certificate_invalid', ['-n', 'alice,bob']],
    ['that has expired', 'certificate_expired', ['-n', 'alice', '-V', '-2h:-1h']],
    ['that is not valid yet', 'certificate_not_yet_valid', ['-n', 'alice', '-V', '+1h:+2h']],
    ['for other addresses', 'certificate_elsewhere', ['-n', 'alice', '-O', 'source-address=192.0.2.0/24']],
    ['with an unknown critical option', 'certificate_option_unknown', ['-n', 'alice', '-O', 'force-command=true']],
    ['of an authority that nobody trusts', 'credential_unknown', ['-n', 'alice'], 'stranger'],
  ])(
    '%s is refused: %s',
    async (_what, reason, args, by = 'authority') => {
      if (by === 'stranger') await keyPair('stranger');
      const ran = await show(args, { by });
      expect(ran.status).toBe(255);
      expect(ran.stderr).toContain('Permission denied (publickey)');
      expect(await reasons()).toEqual([reason]);
    },
    30_000,
  );
});
