import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { certificateFault } from './certificate-fault.ts';
import { issueCertificate } from './issue-certificate.ts';
import { blobOf, madeByOpenSsh } from './made-by-openssh.spec-support.ts';
import { ed25519Blob, publicKeyOf } from './public-keys.ts';
import { sshString } from './ssh-values.ts';
import { optionText, readCertificate, type SshCertificate } from './ssh-certificate.ts';

const read = (blob: Buffer): SshCertificate => {
  const certificate = readCertificate(blob);
  if (certificate === undefined) throw new Error('it cannot be read');
  return certificate;
};
const in2026 = new Date('2026-06-01T00:00:00Z');
const authorities = [
  blobOf(madeByOpenSsh.ecdsaAuthority),
  blobOf(madeByOpenSsh.hostAuthority),
  blobOf(madeByOpenSsh.userAuthority),
];
const asUser = { kind: 'user', authorities, at: in2026, enforced: ['source-address'] } as const;

/** An mpint of RFC 4251 §5. */
const number = (text: string): Buffer => sshString(Buffer.concat([Buffer.alloc(1), Buffer.from(text, 'base64url')]));

describe('readCertificate', () => {
  it('reads what ssh-keygen wrote', () => {
    const certificate = read(blobOf(madeByOpenSsh.user));
    expect(certificate).toMatchObject({
      type: 'ssh-ed25519-cert-v01@openssh.com',
      serial: 7n,
      kind: 'user',
      keyId: 'alice@example',
      principals: ['deploy', 'root'],
      validAfter: BigInt(Date.parse('2026-01-01T00:00:00Z') / 1000),
      validBefore: BigInt(Date.parse('2027-01-01T00:00:00Z') / 1000),
    });
    expect(certificate.key).toEqual(blobOf(madeByOpenSsh.userKey));
    expect(optionText(certificate.criticalOptions.get('source-address') ?? Buffer.alloc(0))).toBe('10.0.0.0/8');
    expect([...certificate.extensions.keys()]).toEqual([
      'permit-agent-forwarding',
      'permit-port-forwarding',
      'permit-pty',
      'permit-user-rc',
    ]);
  });

  it('reads nothing that is cut short, too long, or no certificate', () => {
    const blob = blobOf(madeByOpenSsh.user);
    for (let length = 0; length < blob.length; length += 1)
      expect(readCertificate(blob.subarray(0, length))).toBeUndefined();
    expect(readCertificate(Buffer.concat([blob, Buffer.from([0])]))).toBeUndefined();
    expect(readCertificate(Buffer.concat([blob, Buffer.alloc(20_000)]))).toBeUndefined();
    expect(readCertificate(blobOf(madeByOpenSsh.userKey))).toBeUndefined();
  });
});

describe('certificateFault', () => {
  it('finds none in what ssh-keygen signed with Ed25519, ECDSA and RSA', () => {
    expect(certificateFault(read(blobOf(madeByOpenSsh.user)), asUser)).toBeUndefined();
    expect(certificateFault(read(blobOf(madeByOpenSsh.ecdsa)), asUser)).toBeUndefined();
    expect(certificateFault(read(blobOf(madeByOpenSsh.host)), { ...asUser, kind: 'host' })).toBeUndefined();
  });

  it('names each thing that is wrong', () => {
    const certificate = read(blobOf(madeByOpenSsh.user));
    const fault = (changed: Partial<Parameters<typeof certificateFault>[1]>, of = certificate) =>
      certificateFault(of, { ...asUser, ...changed });
    expect(fault({ authorities: authorities.slice(0, 2) })).toBe('authority_unknown');
    expect(fault({ kind: 'host' })).toBe('wrong_kind');
    expect(fault({ at: new Date('2025-12-31T23:59:59Z') })).toBe('not_yet_valid');
    expect(fault({ at: new Date('2026-12-31T23:59:59Z') })).toBeUndefined();
    expect(fault({ at: new Date('2027-01-01T00:00:00Z') })).toBe('expired');
    expect(fault({ enforced: [] })).toBe('unknown_critical_option');
    expect(fault({}, { ...certificate, principals: [] })).toBe('no_principals');
  });

  it('passes nothing of which one byte is another', () => {
    const blob = blobOf(madeByOpenSsh.user);
    for (let at = 0; at < blob.length; at += 1) {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const certificate = readCertificate(changed);
      if (certificate !== undefined) expect([at, certificateFault(certificate, asUser)]).not.toEqual([at, undefined]);
    }
  });
});

describe('issueCertificate', () => {
  const authority = generateKeyPairSync('ed25519');
  const key = generateKeyPairSync('ed25519').privateKey;
  const request = {
    kind: 'user',
    key,
    keyId: 'session 1, alice',
    principals: ['deploy'],
    validAfter: new Date('2026-06-01T00:00:00Z'),
    validBefore: new Date('2026-06-01T00:05:00Z'),
    extensions: ['permit-pty', 'permit-agent-forwarding'],
  } as const;

  it('makes what can be read and has no fault', () => {
    const { blob, line } = issueCertificate(authority.privateKey, request);
    const certificate = read(blob);
    expect(certificate).toMatchObject({ kind: 'user', keyId: 'session 1, alice', principals: ['deploy'] });
    expect(certificate.key).toEqual(ed25519Blob(key));
    expect([...certificate.extensions.keys()]).toEqual(['permit-agent-forwarding', 'permit-pty']);
    const trusted = { kind: 'user', authorities: [certificate.authority], enforced: [] } as const;
    expect(certificateFault(certificate, { ...trusted, at: request.validAfter })).toBeUndefined();
    expect(certificateFault(certificate, { ...trusted, at: request.validBefore })).toBe('expired');
    expect(line).toBe(`ssh-ed25519-cert-v01@openssh.com ${blob.toString('base64')}`);
  });

  it('makes none that is good for everybody, nor of other keys', () => {
    expect(() => issueCertificate(authority.privateKey, { ...request, principals: [] })).toThrow('whom it is good for');
    expect(() => issueCertificate(authority.publicKey, request)).toThrow('Ed25519');
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(() => issueCertificate(authority.privateKey, { ...request, key: ec })).toThrow('Ed25519');
  });
});

describe('publicKeyOf', () => {
  it('takes no short RSA key', () => {
    const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    expect(publicKeyOf(Buffer.concat([sshString('ssh-rsa'), number(e), number(n)]))).toBeUndefined();
    expect(publicKeyOf(blobOf(madeByOpenSsh.hostAuthority))?.asymmetricKeyType).toBe('rsa');
  });
});
