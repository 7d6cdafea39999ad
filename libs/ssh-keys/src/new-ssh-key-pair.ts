import { randomBytes } from 'node:crypto';
import { Fault } from '@inland/kernel';
import ssh2 from 'ssh2';

export interface SshKeyPair {
  /** OpenSSH's own format, without a passphrase. */
  readonly private: string;
  /** authorized_keys form. */
  readonly public: string;
}

const triesMax = 20;

/**
 * A new Ed25519 key pair, given only when both halves can be read and belong together: without patches/ssh2@1.17.0, one pair
 * in 256 could be read by nobody.
 */
export function newSshKeyPair(comment = '', generate: () => SshKeyPair = () => generated(comment)): SshKeyPair {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const pair = generate();
    if (isGood(pair)) return pair;
  }
  throw new Fault('internal', `no readable SSH key pair came of ${triesMax} tries`);
}

function generated(comment: string): SshKeyPair {
  return ssh2.utils.generateKeyPairSync('ed25519', comment === '' ? {} : { comment });
}

function isGood(pair: SshKeyPair): boolean {
  const [privateKey, publicKey] = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)];
  if (privateKey instanceof Error || publicKey instanceof Error) return false;
  try {
    const message = randomBytes(32);
    return publicKey.verify(message, privateKey.sign(message)) === true;
  } catch {
    return false;
  }
}
