import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';

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
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'demo target' });
    writeFileSync(`${file}.pub`, `${pair.public}\n`);
    writeFileSync(file, pair.private, { mode: 0o600 });
  }
  const line = readFileSync(`${file}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  return { privateKey: readFileSync(file, 'utf8'), line };
}
