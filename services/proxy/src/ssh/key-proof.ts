import { createHash } from 'node:crypto';
import ssh2, { type AuthContext, type PublicKeyAuthContext } from 'ssh2';
import type { Identity } from '../pipeline/gateway.ts';

export type Identify = (key: { readonly algorithm: string; readonly fingerprint: string }) => Promise<Identity>;

/** How many keys and other methods one connection may try. */
const triesMax = 20;

/** Finds out who is at the other end of one connection: by a key that is enrolled and a signature made with it. */
export class KeyProof {
  readonly #identify: Identify;
  readonly #tooMany: () => void;
  #tries = 0;
  #proven: { readonly identity: Identity; readonly user: string } | undefined;
  #lastUnknown: { readonly identity: Identity; readonly user: string } | undefined;

  constructor(identify: Identify, tooMany: () => void) {
    this.#identify = identify;
    this.#tooMany = tooMany;
  }

  /** Who proved themselves, and the name that they typed. */
  get proven(): { readonly identity: Identity; readonly user: string } | undefined {
    return this.#proven;
  }

  /** The last key that nobody is known by, for the record of an attempt that came to nothing. */
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
    const identity = await this.#identify({
      algorithm: context.key.algo,
      fingerprint: fingerprintOf(context.key.data),
    });
    const { username: user } = context;
    if (identity.kind === 'unproven') {
      this.#lastUnknown = { identity, user };
      context.reject(['publickey']);
    } else if (context.signature === undefined) {
      context.accept(); // asks whether this key would do
    } else if (signatureHolds(context)) {
      this.#proven = { identity, user };
      context.accept();
    } else {
      this.#lastUnknown = {
        identity: {
          kind: 'unproven',
          method: 'ssh-key',
          credentialId: identity.credentialId,
          reason: 'credential_invalid',
        },
        user,
      };
      context.reject(['publickey']);
    }
  }
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Signatures with SHA-1 (`ssh-rsa` without more, `ssh-dss`) prove nothing any more: RFC 8332 names the others. */
function signatureHolds({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  if (key.algo === 'ssh-dss' || (key.algo === 'ssh-rsa' && hashAlgo === undefined)) return false;
  const parsed = ssh2.utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
  if (parsed instanceof Error || blob === undefined || signature === undefined) return false;
  const [publicKey] = Array.isArray(parsed) ? parsed : [parsed];
  return publicKey?.verify(blob, signature, hashAlgo) === true;
}
