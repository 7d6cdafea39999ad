import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Fault } from '@inland/kernel';
import { knownHosts, sessionCertificate, sshAuthority, sshHostCertificate, type SshAuthority } from '@inland/proxy';
import { run, type Ran } from '../../e2e/world/run-process.ts';
import { sshPeers } from '../../parts/ssh-peers.mjs';
import { startSshd, type Sshd } from '../../parts/sshd.mjs';
import { SshWorld, user, type Gate } from './ssh-world.ts';

const noSecrets = (): Promise<string> => Promise.reject(new Fault('not_found', 'there are none'));
const session = { id: '0190-1234', subject: 'alice@example' };

let world: SshWorld;
let folder: string;
let authority: SshAuthority;
/** Trusts the authority and nothing else. */
let trusting: Sshd;

beforeAll(async () => {
  world = await SshWorld.start();
  folder = await mkdtemp(join(tmpdir(), 'inland-ssh-trust-'));
  authority = await sshAuthority({ secret: 'ssh-user-ca', secrets: noSecrets, file: join(folder, 'made/ca') });
  const trusted = join(folder, 'trusted.pub');
  await writeFile(trusted, `${authority.publicKey}\n`);
  trusting = await startSshd([`TrustedUserCAKeys ${trusted}`, 'AuthorizedKeysFile none', 'LogLevel INFO']);
}, 60_000);

afterEach(() => world.closeGates());

afterAll(async () => {
  await trusting?.stop();
  await world?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an authority', () => {
  it('is made once, kept, and readable by nobody else', async () => {
    const file = join(folder, 'made/ca');
    const again = await sshAuthority({ secret: 'ssh-user-ca', secrets: noSecrets, file });
    expect(again.publicKey).toBe(authority.publicKey);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readFile(`${file}.pub`, 'utf8')).toContain(authority.publicKey);
  });

  it("is the operator's, where there is such a secret; another kind of key is refused", async () => {
    const file = join(folder, 'made/ca');
    const secret = (text: string) => ({ secret: 'ssh-user-ca', secrets: () => Promise.resolve(text), file });
    const operators = await readFile(file, 'utf8');
    expect((await sshAuthority({ ...secret(operators), file: '/nonexistent' })).publicKey).toBe(authority.publicKey);
    await expect(sshAuthority(secret('a password'))).rejects.toMatchObject({ code: 'misconfigured' });
    const rsa = join(folder, 'rsa');
    await run('ssh-keygen', ['-q', '-t', 'rsa', '-N', '', '-f', rsa]);
    await expect(sshAuthority(secret(await readFile(rsa, 'utf8')))).rejects.toMatchObject({ code: 'misconfigured' });
  }, 30_000);
});

describe('a target that trusts the authority', () => {
  it('is opened by a certificate that names the session and the person in its log', async () => {
    const gate = await gateTo();
    expect(await gate.ssh(['echo in'])).toMatchObject({ status: 0, stdout: 'in\n' });
    expect(trusting.log()).toContain('ID inland session 0190-1234 alice@example');
  }, 30_000);

  it('is not opened by one that is five minutes old, or for another login', async () => {
    const old = await gateTo({ now: new Date(Date.now() - 5 * 60 * 1000 - 1000) });
    expect((await old.ssh(['echo in'])).stderr).toContain("does not accept the gateway's credential");
    const other = await gateTo({ login: 'somebody-else' });
    expect((await other.ssh(['echo in'])).stderr).toContain("does not accept the gateway's credential");
  }, 30_000);

  it('lets nothing be forwarded that the certificate does not permit', async () => {
    const { certificate = '' } = sessionCertificate(authority, { login: 'a', session, permit: [], now: new Date() });
    const file = join(folder, 'one-cert.pub');
    await writeFile(file, certificate);
    const { stdout } = await run('ssh-keygen', ['-L', '-f', file]);
    expect(stdout).toMatch(/Principals: \n\s+a\n\s+Critical Options: \(none\)\n\s+Extensions: \n\s+permit-pty\n$/);
  });
});

describe('a target whose host key has changed', () => {
  it('is refused with both fingerprints, and is sent nothing', async () => {
    const { port, hostKeyLine, login } = trusting;
    const before = trusting.log();
    const gate = await world.gate({ target: { port, login: { name: login, privateKey: world.sshd.privateKey } } });
    const { status, stdout, stderr } = await gate.ssh(['echo in']);
    expect({ status, stdout }).toMatchObject({ stdout: '' });
    expect(status).not.toBe(0);
    expect(stderr).toContain(await fingerprint(hostKeyLine));
    expect(stderr).toContain(await fingerprint(world.sshd.hostKeyLine));
    expect(trusting.log().slice(before.length)).not.toMatch(/Accepted|Failed/);
  }, 30_000);
});

describe('a host certificate', () => {
  const names = ['localhost'];

  it('lets OpenSSH in without a question, for its names and while it is valid', async () => {
    const gate = await world.gate();
    const { private: hostKey } = world.hostKey;
    const certificate = (of: readonly string[], now = new Date()): string =>
      sshHostCertificate(authority, { hostKeys: [hostKey], names: of, now }) ?? '';
    const known = join(folder, 'known');
    const text = knownHosts({ names, port: gate.port, hostKeys: [], authority });
    expect(text).toBe(`@cert-authority [localhost]:${gate.port} ${authority.publicKey}\n`);
    await writeFile(known, text);

    expect((await sshAs(gate, known)).stderr).toContain('Host key verification failed');
    gate.listener.renewHostCertificate(certificate(names));
    expect(await sshAs(gate, known)).toMatchObject({ status: 0, stdout: 'in\n' });
    gate.listener.renewHostCertificate(certificate(['other.example']));
    expect((await sshAs(gate, known)).stderr).toContain('Host key verification failed');
    gate.listener.renewHostCertificate(certificate(names, new Date('2025-01-01T00:00:00Z')));
    expect((await sshAs(gate, known)).stderr).toContain('Host key verification failed');
  }, 30_000);

  it('leaves those who know the key alone', async () => {
    const gate = await world.gate();
    const { private: hostKey } = world.hostKey;
    gate.listener.renewHostCertificate(
      sshHostCertificate(authority, { hostKeys: [hostKey], names, now: new Date() }) ?? '',
    );
    expect(await gate.ssh(['echo in'])).toMatchObject({ status: 0, stdout: 'in\n' });
    const known = join(folder, 'known-key');
    await writeFile(known, knownHosts({ names, port: gate.port, hostKeys: [hostKey], authority: undefined }));
    expect(await sshAs(gate, known)).toMatchObject({ status: 0, stdout: 'in\n' });
  }, 30_000);

  it('is not shown for a key that is not there', async () => {
    const gate = await world.gate();
    const other = sshHostCertificate(authority, { hostKeys: [world.sshd.privateKey], names, now: new Date() }) ?? '';
    expect(() => gate.listener.renewHostCertificate(other)).toThrow('none of the host keys');
  });
});

describe('ssh-audit', () => {
  it('finds no failure, strict key exchange and one that a quantum computer does not open', async () => {
    const gate = await world.gate();
    const ran = await run(sshPeers().audit, ['-j', '--skip-rate-test', '-p', String(gate.port), '127.0.0.1']);
    const report = JSON.parse(ran.stdout) as {
      readonly kex: readonly { readonly algorithm: string; readonly notes: { readonly fail?: readonly string[] } }[];
    };
    const failures = JSON.stringify(report, (key, value: unknown) => (key === 'fail' ? { found: value } : value));
    expect(failures).not.toContain('"found"');
    const exchanges = report.kex.map(({ algorithm }) => algorithm);
    expect(exchanges).toContain('kex-strict-s-v00@openssh.com');
    expect(exchanges[0]).toBe('mlkem768x25519-sha256');
    expect([0, 2]).toContain(ran.status); // 2: warnings, 3: failures
  }, 60_000);
});

/** Before the target that trusts the authority. */
function gateTo(options: { readonly login?: string; readonly now?: Date } = {}): Promise<Gate> {
  const { login = trusting.login, now = new Date() } = options;
  const made = sessionCertificate(authority, { login, session, permit: [], now });
  const { port, hostKeyLine } = trusting;
  return world.gate({ target: { port, hostKeys: [hostKeyLine], login: { ...made, name: trusting.login } } });
}

/** Knows the gateway by name, and takes no key that it has to ask about. */
function sshAs(gate: Gate, known: string): Promise<Ran> {
  const settings = [
    `UserKnownHostsFile=${known}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'AddressFamily=inet',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
  ];
  const args = ['-F', 'none', '-p', String(gate.port), ...settings.flatMap((each) => ['-o', each])];
  return run('ssh', [...args, '-i', world.keyFile, '-l', user, 'localhost', 'echo in']);
}

async function fingerprint(line: string): Promise<string> {
  const { stdout } = await run('ssh-keygen', ['-l', '-f', '-'], { input: `${line}\n` });
  return stdout.split(' ')[1] ?? '';
}
