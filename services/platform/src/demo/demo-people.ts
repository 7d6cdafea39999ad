import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSshKeyPair } from '@inland/ssh-keys';

export interface DemoPerson {
  readonly subject: string;
  readonly displayName: string;
  readonly groups: readonly string[];
  /** A private key file without a passphrase, mode 0600: it opens the demo targets only. */
  readonly keyFile: string;
  /** authorized_keys form. */
  readonly publicKey: string;
}

const people = [
  { subject: 'alice', displayName: 'Alice Example', groups: ['developers'] },
  { subject: 'olga', displayName: 'Olga Example', groups: ['platform'] },
] as const;

/** The demo's people, each with a key of their own, made at the first start and kept. */
export function demoPeople(home: string): readonly DemoPerson[] {
  const folder = join(home, 'demo/keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return people.map((person) => {
    const keyFile = join(folder, person.subject);
    if (!existsSync(keyFile) || !existsSync(`${keyFile}.pub`)) {
      const pair = newSshKeyPair(person.subject);
      writeFileSync(keyFile, pair.private, { mode: 0o600 });
      writeFileSync(`${keyFile}.pub`, `${pair.public}\n`);
    }
    return { ...person, keyFile, publicKey: readFileSync(`${keyFile}.pub`, 'utf8').trim() };
  });
}
