import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '@inland/kernel';
import { newSshKeyPair } from '@inland/ssh-keys';
import ssh2 from 'ssh2';

/** The gateway's host keys: the operator's files, or one of its own, made once below the home folder and kept. */
export function sshHostKeys(files: readonly string[], home: string): string[] {
  if (files.length > 0) return files.map(readKey);
  const file = join(home, 'proxy/ssh_host_ed25519_key');
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const pair = newSshKeyPair('inland gateway');
    writeFileSync(file, pair.private, { mode: 0o600 });
    writeFileSync(`${file}.pub`, `${pair.public}\n`);
  }
  return [readKey(file)];
}

function readKey(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    const parsed = ssh2.utils.parseKey(text);
    if (parsed instanceof Error) throw parsed;
    return text;
  } catch (error) {
    throw new Fault('misconfigured', `the SSH host key ${file} cannot be read`, { cause: error });
  }
}
