import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ControlEvent } from '@inland/events';
import { emptyDirectory, evolveDirectory } from '@inland/identity';
import { ed25519Blob, issueCertificate, readCertificate, type SshCertificate } from '@inland/ssh-certificates';
import { identityOfCertificate, identityOfKey } from './proven-identity.ts';

const authority = generateKeyPairSync('ed25519').privateKey;
const blob = ed25519Blob(authority) ?? Buffer.alloc(0);
const at = new Date('2026-06-01T00:00:00Z');
const alice = {
  subject: 'alice',
  displayName: '',
  groups: ['developers'],
  identityProvider: 'config',
  sshKeys: [],
  certificateAuthorities: [`ssh-ed25519 ${blob.toString('base64')}`],
};
const view = { directory: { ...emptyDirectory, principals: new Map([['alice', alice]]) } };

function certificateOf(change: Partial<Parameters<typeof issueCertificate>[1]> = {}, by = authority): SshCertificate {
  const issued = issueCertificate(by, {
    kind: 'user',
    key: generateKeyPairSync('ed25519').privateKey,
    keyId: 'alice at work',
    principals: ['alice'],
    validAfter: new Date('2026-05-31T00:00:00Z'),
    validBefore: new Date('2026-06-02T00:00:00Z'),
    ...change,
  });
  const certificate = readCertificate(issued.blob);
  if (certificate === undefined) throw new Error('it cannot be read');
  return certificate;
}

const identify = (certificate: SshCertificate) =>
  identityOfCertificate(view, { certificate, fingerprint: 'SHA256:a', address: '10.0.0.1' }, at);

describe('identityOfCertificate', () => {
  it('knows the person that a certificate names', () => {
    expect(identify(certificateOf())).toEqual({
      kind: 'proven',
      subject: 'alice',
      groups: ['developers'],
      identityProvider: 'config',
      method: 'ssh-certificate',
      credentialId: 'SHA256:a',
    });
  });

  it('knows nobody by a host certificate, a forged one, another authority or time', () => {
    const reasonOf = (certificate: SshCertificate): string | undefined => {
      const identity = identify(certificate);
      return identity.kind === 'unproven' ? identity.reason : undefined;
    };
    expect(reasonOf(certificateOf({ kind: 'host' }))).toBe('certificate_invalid');
    const forged = certificateOf({}, generateKeyPairSync('ed25519').privateKey);
    expect(reasonOf(forged)).toBe('credential_unknown');
    expect(reasonOf({ ...forged, authority: blob })).toBe('certificate_invalid');
    expect(reasonOf(certificateOf({ validBefore: at }))).toBe('certificate_expired');
    expect(reasonOf(certificateOf({ principals: ['bob'] }))).toBe('credential_unknown');
  });
});

describe('identityOfKey', () => {
  it("knows nobody by an authority's own key", () => {
    const recorded = { name: 'PrincipalRecorded', data: alice } as unknown as ControlEvent;
    const directory = evolveDirectory(emptyDirectory, recorded);
    expect(directory.principals.get('alice')).toEqual(alice);
    const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
    expect(identityOfKey({ directory }, fingerprint)).toMatchObject({ reason: 'credential_unknown' });
    expect(directory.sshKeys.size).toBe(0);
  });
});
