import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { controlRecord } from '@inland/events';
import { Fault } from '@inland/kernel';

/** The key that signs this replica's tokens. */
export interface SigningKey {
  /** Begins with the public half's SHA-256, so that it names one key. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** JSON Web Key (RFC 8037). */
  readonly publicJwk: string;
}

/**
 * The Ed25519 key below the home folder, made at the first start, readable by its owner only. Faults with
 * `misconfigured` when it cannot be read, or others can.
 */
export function signingKeyIn(home: string): SigningKey {
  const file = join(home, 'auth/signing-key.pem');
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    makeWhenMissing(file);
    if ((statSync(file).mode & 0o077) !== 0) throw new Error('others may read it: chmod 600');
    const privateKey = createPrivateKey(readFileSync(file));
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('it is no Ed25519 key');
    const publicJwk = JSON.stringify(createPublicKey(privateKey).export({ format: 'jwk' }));
    const keyId = createHash('sha256').update(publicJwk).digest('base64url').slice(0, 22);
    return { keyId, privateKey, publicJwk };
  } catch (error) {
    throw new Fault('misconfigured', `the signing key ${file} cannot be used: ${Fault.from(error).message}`, {
      cause: error,
    });
  }
}

function makeWhenMissing(file: string): void {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Makes the public half known to who verifies, once. */
export async function publishSigningKey(
  { log, view, source }: { readonly log: EventLog; readonly view: ControlView; readonly source: string },
  { keyId, publicJwk }: SigningKey,
): Promise<void> {
  if (view.directory.signingKeys.get(keyId) === publicJwk) return;
  const event = controlRecord('SigningKeyPublished', { keyId, publicJwk }, { source, subject: `SigningKey/${keyId}` });
  const { offset } = await log.append('inland.control.v1', [event]);
  await view.waitFor(offset);
}
