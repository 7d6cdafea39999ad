import { beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { controlEvents, type ControlEvent, type ControlEventName } from '@inland/events';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { emptyDirectory, evolveDirectory, mintToken, principalBySshKey, verifyToken, type Directory } from './index.ts';

const event = (name: ControlEventName, data: object): ControlEvent =>
  ({ name, data: create(controlEvents[name], data as never) }) as unknown as ControlEvent;
const fold = (...events: ControlEvent[]): Directory => events.reduce(evolveDirectory, emptyDirectory);
const alice = event('PrincipalRecorded', {
  subject: 'alice',
  groups: ['developers'],
  identityProvider: 'config',
  sshKeys: [{ fingerprint: 'SHA256:a', publicKey: 'ssh-ed25519 A' }],
});

let privateKey: CryptoKey;
let published: ControlEvent;
beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  privateKey = pair.privateKey;
  published = event('SigningKeyPublished', { keyId: 'k1', publicJwk: JSON.stringify(await exportJWK(pair.publicKey)) });
});

const now = 1_800_000_000_000;
const mint = (change: object = {}) =>
  mintToken({
    privateKey,
    keyId: 'k1',
    subject: 'alice',
    audience: 'database',
    ttlSeconds: 900,
    nowMillis: now,
    ...change,
  });

describe('the directory', () => {
  it('finds a principal by key, and forgets a removed one', () => {
    expect(principalBySshKey(fold(alice), 'SHA256:a')).toMatchObject({ subject: 'alice', groups: ['developers'] });
    expect(principalBySshKey(fold(alice, event('PrincipalRemoved', { subject: 'alice' })), 'SHA256:a')).toBeUndefined();
  });
  it('forgets a key that a principal no longer has', () => {
    const changed = event('PrincipalRecorded', { subject: 'alice', groups: [], sshKeys: [] });
    expect(principalBySshKey(fold(alice, changed), 'SHA256:a')).toBeUndefined();
  });
});

describe('tokens', () => {
  const verify = (token: string, directory: Directory, audience: 'api' | 'database' = 'database', at = now) =>
    verifyToken(token, directory, { audience, nowMillis: at });

  it('prove the subject with the groups of now', async () => {
    const { token, credentialId } = await mint({ target: 'orders-eu' });
    expect(await verify(token, fold(alice, published))).toEqual({
      kind: 'proven',
      subject: 'alice',
      groups: ['developers'],
      identityProvider: 'config',
      credentialId,
      boundTarget: 'orders-eu',
    });
  });
  it('end', async () => {
    const { token, credentialId } = await mint();
    expect(await verify(token, fold(alice, published), 'database', now + 910_000)).toEqual({
      kind: 'unproven',
      reason: 'credential_expired',
      credentialId,
    });
  });
  it('can be revoked', async () => {
    const { token, credentialId } = await mint();
    const directory = fold(alice, published, event('CredentialRevoked', { credentialId }));
    expect(await verify(token, directory)).toMatchObject({ reason: 'credential_revoked' });
  });
  it('of somebody who was removed prove nobody', async () => {
    const { token } = await mint();
    expect(await verify(token, fold(published))).toMatchObject({ reason: 'credential_unknown' });
  });
  it('of another audience, key or algorithm are not ours', async () => {
    const { token } = await mint();
    const directory = fold(alice, published);
    expect(await verify(token, directory, 'api')).toMatchObject({ reason: 'credential_invalid' });
    expect(await verify(token, fold(alice, published, event('SigningKeyRetired', { keyId: 'k1' })))).toMatchObject({
      reason: 'credential_invalid',
    });
    const weak = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setSubject('alice')
      .setIssuer('inland')
      .setAudience('database')
      .setJti('x')
      .setIssuedAt(now / 1000)
      .setExpirationTime(now / 1000 + 60)
      .sign(new Uint8Array(32));
    expect(await verify(weak, directory)).toMatchObject({ reason: 'credential_invalid' });
  });
  it('that were changed anywhere prove nobody', async () => {
    const { token } = await mint();
    const directory = fold(alice, published);
    for (let at = 0; at < token.length - 1; at += 7) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(await verify(changed, directory)).toMatchObject({ kind: 'unproven' });
    }
  });
  it.each(['', 'x', 'a.b.c', 'A'.repeat(5000)])('of garbage are refused (%#)', async (token) => {
    expect(await verify(token, fold(alice, published))).toMatchObject({ kind: 'unproven' });
  });
});
