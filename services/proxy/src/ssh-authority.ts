import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '@inland/kernel';
import { ed25519Blob } from '@inland/ssh-certificates';
import { newSshKeyPair } from '@inland/ssh-keys';
import ssh2 from 'ssh2';

/** A key that signs certificates. */
export interface SshAuthority {
  readonly key: KeyObject;
  /** authorized_keys form, without a comment: what others trust. */
  readonly publicKey: string;
}

/**
 * The operator's authority, a secret that holds an Ed25519 private key without a passphrase (`ssh-keygen -t ed25519`), or
 * one of Inland's own, made once at this file and kept. Faults with `misconfigured` when it cannot be read.
 */
export async function sshAuthority(options: {
  readonly secret: string;
  readonly secrets: (path: string) => Promise<string>;
  readonly file: string;
}): Promise<SshAuthority> {
  const { secret, secrets, file } = options;
  const operators = await secrets(secret).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'not_found') return undefined;
    throw error;
  });
  if (operators !== undefined) return authorityOf(operators, `the secret ${secret}`);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const pair = newSshKeyPair(`inland ${secret}`);
    writeFileSync(file, pair.private, { mode: 0o600 });
    writeFileSync(`${file}.pub`, `${pair.public}\n`);
  }
  return authorityOf(readFileSync(file, 'utf8'), file);
}

function authorityOf(text: string, where: string): SshAuthority {
  const parsed = ssh2.utils.parseKey(text);
  const pem = parsed instanceof Error ? null : parsed.getPrivatePEM();
  const key = pem === null || pem === '' ? undefined : createPrivateKey(pem);
  const blob = key === undefined ? undefined : ed25519Blob(key);
  if (key === undefined || blob === undefined)
    throw new Fault('misconfigured', `${where} is no Ed25519 private key without a passphrase`);
  return { key, publicKey: `ssh-ed25519 ${blob.toString('base64')}` };
}
