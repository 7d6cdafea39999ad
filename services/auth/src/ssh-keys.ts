import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';

/** A public key that can prove somebody. */
export interface SshPublicKey {
  /** `SHA256:…` as OpenSSH prints it. */
  readonly fingerprint: string;
  /** authorized_keys form, without options and comment. */
  readonly publicKey: string;
  /** Whether the signature is this key's over the data: RSA with SHA-512, DSA never. */
  verify(data: Buffer, signature: Buffer): boolean;
}

const acceptedTypes = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))$/;
const rsaBitsMin = 2_048;

/** Reads one line of authorized_keys; undefined when it holds no public key that is accepted. */
export function readSshKey(line: string): SshPublicKey | undefined {
  const [type = '', data = ''] = line.trim().split(/\s+/);
  if (!acceptedTypes.test(type)) return undefined;
  const parsed = ssh2.utils.parseKey(`${type} ${data}`);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error || key.type !== type || key.isPrivateKey()) return undefined;
  const blob = key.getPublicSSH();
  if (type === 'ssh-rsa' && rsaBits(blob) < rsaBitsMin) return undefined;
  return {
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    publicKey: `${type} ${blob.toString('base64')}`,
    verify: (bytes, signature) => key.verify(bytes, signature, type === 'ssh-rsa' ? 'sha512' : undefined) === true,
  };
}

/** The size of the modulus, the last of the three parts of an RSA key (RFC 4253 §6.6). */
function rsaBits(blob: Buffer): number {
  const exponentAt = 4 + blob.readUInt32BE(0);
  const modulusAt = exponentAt + 4 + blob.readUInt32BE(exponentAt);
  return (blob.readUInt32BE(modulusAt) - 1) * 8;
}
