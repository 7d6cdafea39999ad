import { randomBytes, sign, type KeyObject } from 'node:crypto';
import { Fault } from '@inland/kernel';
import { ed25519Blob } from './public-keys.ts';
import { sshString, sshUint32, sshUint64 } from './ssh-values.ts';

export interface CertificateRequest {
  readonly kind: 'user' | 'host';
  /** The key to certify: Ed25519, either half. */
  readonly key: KeyObject;
  /** For the logs of whoever is shown the certificate. */
  readonly keyId: string;
  /** At least one: a certificate without any is good for everybody. */
  readonly principals: readonly string[];
  readonly validAfter: Date;
  readonly validBefore: Date;
  readonly serial?: bigint;
  /** Extensions without data, such as `permit-pty`. */
  readonly extensions?: readonly string[];
}

export interface IssuedCertificate {
  /** `ssh-ed25519-cert-v01@openssh.com` */
  readonly type: string;
  readonly blob: Buffer;
  /** As in a file `id_ed25519-cert.pub`, without a comment. */
  readonly line: string;
}

const type = 'ssh-ed25519-cert-v01@openssh.com';

/** Signs a certificate with an authority's Ed25519 private key. Faults with `internal` for other keys and no principals. */
export function issueCertificate(authority: KeyObject, request: CertificateRequest): IssuedCertificate {
  const [key, signer] = [ed25519Blob(request.key), ed25519Blob(authority)];
  if (key === undefined || signer === undefined || authority.type !== 'private')
    throw new Fault('internal', 'certificates are of Ed25519 keys, signed by an Ed25519 private key');
  if (request.principals.length === 0) throw new Fault('internal', 'a certificate must name whom it is good for');
  const extensions = [...new Set(request.extensions ?? [])].toSorted();
  const signed = Buffer.concat([
    sshString(type),
    sshString(randomBytes(32)),
    key.subarray(sshString('ssh-ed25519').length),
    sshUint64(request.serial ?? 0n),
    sshUint32(request.kind === 'user' ? 1 : 2),
    sshString(request.keyId),
    sshString(Buffer.concat(request.principals.map((name) => sshString(name)))),
    sshUint64(seconds(request.validAfter)),
    sshUint64(seconds(request.validBefore)),
    sshString(''),
    sshString(Buffer.concat(extensions.flatMap((name) => [sshString(name), sshString('')]))),
    sshString(''),
    sshString(signer),
  ]);
  const signature = Buffer.concat([sshString('ssh-ed25519'), sshString(sign(null, signed, authority))]);
  const blob = Buffer.concat([signed, sshString(signature)]);
  return { type, blob, line: `${type} ${blob.toString('base64')}` };
}

function seconds(date: Date): bigint {
  return BigInt(Math.floor(date.getTime() / 1000));
}
