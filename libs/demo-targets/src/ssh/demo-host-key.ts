import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSshKeyPair } from '@inland/ssh-keys';

export interface DemoHostKey {
  /** OpenSSH's own format. */
  readonly privateKey: string;
  /** In authorized_keys form without comment. */
  readonly line: string;
}

/** The key by which the demo server is known; made once in the folder and kept there. */
export function demoHostKey(folder: string): DemoHostKey {
  const file = join(folder, 'ssh_host_ed25519_key');
  if (!existsSync(file)) {
    const pair = newSshKeyPair('demo target');
    writeFileSync(`${file}.pub`, `${pair.public}\n`);
    writeFileSync(file, pair.private, { mode: 0o600 });
  }
  const line = readFileSync(`${file}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  return { privateKey: readFileSync(file, 'utf8'), line };
}
