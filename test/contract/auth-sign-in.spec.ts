import { mkdtemp, readFile, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  authConfigSchema,
  ConfiguredPeople,
  publishSigningKey,
  readSshKey,
  SignIn,
  signingKeyIn,
  TokenIssuer,
  type ConfiguredPerson,
} from '@inland/auth';
import { ControlView } from '@inland/control-view';
import type { Coordination } from '@inland/coordination';
import { decodeControlEvent } from '@inland/events';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { verifyToken } from '@inland/identity';
import { Fault, systemClock } from '@inland/kernel';
import { newSshKeyPair } from '@inland/ssh-keys';
import ssh2 from 'ssh2';

const topic = 'inland.control.v1';
const source = '/test';
const address = '10.0.0.1';
const ed25519 = newSshKeyPair();
const other = newSshKeyPair();

/** As much of coordination as signing in needs; time does not pass. */
function coordination(): Coordination {
  const values = new Map<string, string>();
  const counts = new Map<string, number>();
  return {
    putOnce: async (key: string, value: string) => !values.has(key) && values.set(key, value).size > 0,
    takeOnce: async (key: string) => {
      const value = values.get(key);
      values.delete(key);
      return value;
    },
    count: async (key: string) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts.get(key) ?? 0;
    },
  } as unknown as Coordination;
}

let folder: string;
let log: SqliteEventLog;
let view: ControlView;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-auth-'));
  log = await SqliteEventLog.open({ folder: join(folder, 'log') });
  view = await ControlView.open({ log });
});
afterEach(async () => {
  await view.close();
  await log.close();
  await rm(folder, { recursive: true, force: true });
});
/** How many events the control log holds. */
async function events(): Promise<number> {
  let count = 0;
  for await (const _ of log.read({ topic, partition: 0, from: 0 })) count += 1;
  return count;
}
const person = (subject: string, ...sshKeys: string[]): ConfiguredPerson => ({
  subject,
  displayName: '',
  groups: ['developers'],
  sshKeys,
});
const people = (...all: ConfiguredPerson[]): ConfiguredPeople =>
  new ConfiguredPeople({ people: all }, { log, view, source });

describe('configured people', () => {
  it('are recorded once, changed when they change, removed when they are gone', async () => {
    expect(await people(person('alice', ed25519.public), person('bob')).record()).toEqual({ recorded: 2, removed: 0 });
    const after = await events();
    expect(await people(person('alice', ed25519.public), person('bob')).record()).toEqual({ recorded: 0, removed: 0 });
    expect(await events()).toBe(after);
    expect(await people(person('alice', other.public)).record()).toEqual({ recorded: 1, removed: 1 });
    expect([...view.directory.principals.keys()]).toEqual(['alice']);
    expect([...view.directory.sshKeys.keys()]).toEqual([readSshKey(other.public)?.fingerprint]);
  });
  it('can hand a key on', async () => {
    await people(person('alice', ed25519.public)).record();
    await people(person('bob', ed25519.public)).record();
    expect([...view.directory.sshKeys.values()]).toEqual(['bob']);
  });
  it('come from a file too, read again each time', async () => {
    const peopleFile = join(folder, 'people.yaml');
    const source_ = new ConfiguredPeople({ people: [], peopleFile }, { log, view, source });
    await writeFile(peopleFile, `people:\n  - { subject: alice, sshKeys: ['${ed25519.public}'] }\n`);
    expect(await source_.record()).toEqual({ recorded: 1, removed: 0 });
    await writeFile(peopleFile, 'people: [{ subject: alice, sshKeys: [x] }]\n');
    await expect(source_.record()).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('alice'),
    });
    expect([...view.directory.principals.keys()]).toEqual(['alice']);
  });
  it.each([
    ['a subject twice', [person('alice'), person('alice')]],
    ['a key twice', [person('alice', ed25519.public), person('bob', ed25519.public)]],
    ['a private key', [person('alice', ed25519.private)]],
    ['a short RSA key', [person('alice', ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 }).public)]],
    ['a key with options', [person('alice', `command="x" ${ed25519.public}`)]],
  ])('must not have %s', async (_, all) => {
    await expect(people(...all).record()).rejects.toMatchObject({ code: 'misconfigured' });
    expect(await events()).toBe(0);
  });
  it('are limited by the configuration schema', () => {
    expect(authConfigSchema.parse({})).toMatchObject({ apiTokenSeconds: 3_600, databaseTokenSeconds: 900 });
    expect(authConfigSchema.safeParse({ people: [{ subject: 'a b' }] }).success).toBe(false);
    expect(authConfigSchema.safeParse({ databaseTokenSeconds: 86_400 }).success).toBe(false);
  });
});

describe('signing in', () => {
  const signIn = (): SignIn => new SignIn({ coordination: coordination(), view, attemptsPerMinuteMax: 10 });
  const signature = (pair: { readonly private: string }, text: string, algorithm?: string): string => {
    const key = ssh2.utils.parseKey(pair.private) as ssh2.ParsedKey;
    return (key.sign as (data: Buffer, hash?: string) => Buffer)(Buffer.from(text), algorithm).toString('base64');
  };
  const signed = (
    pair: { readonly private: string; readonly public: string },
    challenge: string,
    algorithm?: string,
  ) => ({
    publicKey: pair.public,
    challenge,
    signature: signature(pair, `inland-login-v1\n${challenge}`, algorithm),
  });

  it.each([
    ['ed25519', ed25519, undefined],
    ['ecdsa', ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }), undefined],
    ['rsa', ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }), 'sha512'],
  ])('proves who has the key (%s)', async (_, pair, algorithm) => {
    await people(person('alice', pair.public)).record();
    const sign = signIn();
    const challenge = await sign.challenge(address);
    expect(await sign.prove(signed(pair, challenge, algorithm), address)).toMatchObject({
      subject: 'alice',
      groups: ['developers'],
    });
  });
  it('proves nobody by a key, a signature or a challenge that is not right, and never says which', async () => {
    await people(person('alice', ed25519.public)).record();
    const sign = signIn();
    const challenge = (): Promise<string> => sign.challenge(address);
    const used = await challenge();
    await sign.prove(signed(ed25519, used), address);
    const wrong = [
      signed(ed25519, used),
      signed(ed25519, 'A'.repeat(43)),
      signed(other, await challenge()),
      { ...signed(other, await challenge()), publicKey: ed25519.public },
      { ...signed(ed25519, await challenge()), challenge: await challenge() },
      { ...signed(ed25519, await challenge()), publicKey: 'ssh-ed25519 AAAA' },
      { ...signed(ed25519, await challenge()), signature: '' },
    ];
    const messages = new Set<string>();
    for (const request of wrong) {
      const error = await sign.prove(request, address).then(
        () => undefined,
        (caught: Fault) => caught,
      );
      expect(error).toMatchObject({ code: 'unauthenticated' });
      messages.add(error?.message ?? '');
    }
    expect(messages.size).toBe(1);
  });
  it('uses the challenge up whatever the signature', async () => {
    await people(person('alice', ed25519.public)).record();
    const sign = signIn();
    const challenge = await sign.challenge(address);
    await expect(sign.prove({ ...signed(ed25519, challenge), signature: 'AAAA' }, address)).rejects.toThrow();
    await expect(sign.prove(signed(ed25519, challenge), address)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
  it('is limited by address', async () => {
    const sign = signIn();
    for (let count = 0; count < 10; count += 1) await sign.challenge(address);
    await expect(sign.challenge(address)).rejects.toMatchObject({ code: 'resource_exhausted' });
    await expect(sign.challenge('10.0.0.2')).resolves.toMatch(/^[\w-]{43}$/);
  });
});

describe('tokens', () => {
  async function issuer(perMinuteMax = 100): Promise<TokenIssuer> {
    await people(person('alice', ed25519.public)).record();
    const signingKey = signingKeyIn(folder);
    await publishSigningKey({ log, view, source }, signingKey);
    return new TokenIssuer({
      log,
      view,
      source,
      coordination: coordination(),
      signingKey,
      clock: systemClock,
      perMinuteMax,
    });
  }
  const verify = (token: string) => verifyToken(token, view.directory, { audience: 'database', nowMillis: Date.now() });

  it('prove the person, and are in the log without their secret before they are given', async () => {
    const issued = await (
      await issuer()
    ).issue({ subject: 'alice', audience: 'database', ttlSeconds: 900, target: 'orders-eu' });
    expect(await verify(issued.token)).toMatchObject({ kind: 'proven', subject: 'alice', boundTarget: 'orders-eu' });
    const recorded = [];
    for await (const { event } of log.read({ topic, partition: 0, from: 0 })) recorded.push(event);
    const last = recorded.at(-1);
    expect(last && decodeControlEvent(last)).toMatchObject({
      name: 'CredentialIssued',
      data: { credentialId: issued.credentialId, subject: 'alice', audience: 'database', target: 'orders-eu' },
    });
    for (const part of issued.token.split('.'))
      expect(recorded.some(({ data }) => Buffer.from(data).includes(part))).toBe(false);
  });
  it('are not given when the log does not take the event', async () => {
    const tokens = await issuer();
    await log.close();
    await expect(tokens.issue({ subject: 'alice', audience: 'api', ttlSeconds: 60 })).rejects.toMatchObject({
      code: 'log_unavailable',
    });
  });
  it('are given to nobody who is not known now, and not without limit', async () => {
    const tokens = await issuer(1);
    await expect(tokens.issue({ subject: 'mallory', audience: 'api', ttlSeconds: 60 })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await tokens.issue({ subject: 'alice', audience: 'api', ttlSeconds: 60 });
    await expect(tokens.issue({ subject: 'alice', audience: 'api', ttlSeconds: 60 })).rejects.toMatchObject({
      code: 'resource_exhausted',
    });
  });
  it('can be revoked, once', async () => {
    const tokens = await issuer();
    const { token, credentialId } = await tokens.issue({ subject: 'alice', audience: 'database', ttlSeconds: 900 });
    await tokens.revoke(credentialId, 'olga');
    expect(await verify(token)).toMatchObject({ kind: 'unproven', reason: 'credential_revoked' });
    const after = await events();
    await tokens.revoke(credentialId, 'olga');
    expect(await events()).toBe(after);
  });
});

describe('the signing key', () => {
  it('is made once, for its owner only, and published once', async () => {
    const first = signingKeyIn(folder);
    const second = signingKeyIn(folder);
    expect(second.keyId).toBe(first.keyId);
    expect((await stat(join(folder, 'auth/signing-key.pem'))).mode & 0o777).toBe(0o600);
    expect(first.publicJwk).not.toContain('"d"');
    await publishSigningKey({ log, view, source }, first);
    await publishSigningKey({ log, view, source }, second);
    expect(await events()).toBe(1);
  });
  it('is not used when others may read it, or when it is none', async () => {
    signingKeyIn(folder);
    const file = join(folder, 'auth/signing-key.pem');
    await chmod(file, 0o644);
    expect(() => signingKeyIn(folder)).toThrow(/chmod 600/);
    const text = await readFile(file, 'utf8');
    await chmod(file, 0o600);
    await writeFile(file, text.slice(0, 50));
    expect(() => signingKeyIn(folder)).toThrow(Fault);
  });
});
