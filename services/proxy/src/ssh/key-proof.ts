import { createHash } from 'node:crypto';
import { readCertificate, signatureHolds as signatureHoldsOver, type SshCertificate } from '@inland/ssh-certificates';
import ssh2, { type AuthContext, type PublicKeyAuthContext } from 'ssh2';
import type { Identity } from '../pipeline/gateway.ts';

export type Identify = (key: {
  readonly algorithm: string;
  /** Of the key itself, also when it comes with a certificate. */
  readonly fingerprint: string;
  /** As the client shows it; nothing of it is checked yet. */
  readonly certificate?: SshCertificate;
  /** Where the client comes from. */
  readonly address: string;
}) => Promise<Identity>;

/** How many keys and other methods one connection may try. */
const triesMax = 20;
const certificateSuffix = '-cert-v01@openssh.com';

/** Finds out who is at the other end of one connection: by a key that is enrolled and a signature made with it. */
export class KeyProof {
  readonly #identify: Identify;
  readonly #tooMany: () => void;
  readonly #address: string;
  #tries = 0;
  #proven: { readonly identity: Identity; readonly user: string } | undefined;
  #lastUnknown: { readonly identity: Identity; readonly user: string } | undefined;

  constructor(identify: Identify, tooMany: () => void, address = '') {
    this.#identify = identify;
    this.#tooMany = tooMany;
    this.#address = address;
  }

  /** Who proved themselves, and the name that they typed. */
  get proven(): { readonly identity: Identity; readonly user: string } | undefined {
    return this.#proven;
  }

  /**
   * The last key that nobody is known by, for the record of an attempt that came to nothing. What is wrong with a
   * certificate says more than that the same key without it is unknown, which clients offer next.
   */
  get lastUnknown(): { readonly identity: Identity; readonly user: string } | undefined {
    return this.#lastUnknown;
  }

  /** Answers one authentication request (RFC 4252 §7). */
  async answer(context: AuthContext): Promise<void> {
    if (context.method !== 'publickey') {
      context.reject(['publickey']); // `none` is how clients ask what there is
      return;
    }
    this.#tries += 1;
    if (this.#tries > triesMax) {
      this.#tooMany();
      return;
    }
    const { username: user, key } = context;
    const certificate = key.algo.endsWith(certificateSuffix) ? readCertificate(key.data) : undefined;
    if (certificate === undefined && key.algo.endsWith(certificateSuffix)) {
      const credentialId = fingerprintOf(key.data);
      const reason = 'certificate_invalid';
      this.#unknown({ kind: 'unproven', method: 'ssh-certificate', credentialId, reason }, user);
      context.reject(['publickey']);
      return;
    }
    const identity = await this.#identify({
      algorithm: key.algo,
      fingerprint: fingerprintOf(certificate?.key ?? key.data),
      ...(certificate === undefined ? {} : { certificate }),
      address: this.#address,
    });
    if (identity.kind === 'unproven') {
      this.#unknown(identity, user);
      context.reject(['publickey']);
    } else if (context.signature === undefined) {
      context.accept(); // asks whether this key would do
    } else if (certificate === undefined ? signatureHolds(context) : certifiedSignatureHolds(context, certificate)) {
      this.#proven = { identity, user };
      context.accept();
    } else {
      const { method, credentialId } = identity;
      const reason = certificate === undefined ? 'credential_invalid' : 'certificate_invalid';
      this.#unknown({ kind: 'unproven', method, credentialId, reason }, user);
      context.reject(['publickey']);
    }
  }

  #unknown(identity: Identity, user: string): void {
    const before = this.#lastUnknown?.identity;
    const says = before?.kind === 'unproven' && before.reason !== 'credential_unknown';
    if (says && identity.kind === 'unproven' && identity.reason === 'credential_unknown') return;
    this.#lastUnknown = { identity, user };
  }
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** With a certificate, the signature still names its algorithm: ssh2 leaves it as it came. */
function certifiedSignatureHolds({ key, blob, signature }: PublicKeyAuthContext, certificate: SshCertificate): boolean {
  const isNamed =
    key.algo === certificate.type ||
    (certificate.type === `ssh-rsa${certificateSuffix}` && /^rsa-sha2-(256|512)-cert-/.test(key.algo));
  if (!isNamed || blob === undefined || signature === undefined) return false;
  return signatureHoldsOver(certificate.key, blob, signature);
}

/** Signatures with SHA-1 (`ssh-rsa` without more, `ssh-dss`) prove nothing any more: RFC 8332 names the others. */
function signatureHolds({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  if (key.algo === 'ssh-dss' || (key.algo === 'ssh-rsa' && hashAlgo === undefined)) return false;
  const parsed = ssh2.utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
  if (parsed instanceof Error || blob === undefined || signature === undefined) return false;
  const [publicKey] = Array.isArray(parsed) ? parsed : [parsed];
  return publicKey?.verify(blob, signature, hashAlgo) === true;
}
