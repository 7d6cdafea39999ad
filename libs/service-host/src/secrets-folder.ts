import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@inland/kernel';

const path = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,7}$/;
const bytesMax = 64 * 1024;

/**
 * Reads a secret from its file, at each use, so that a changed one is seen at once; a line end at its end is no part of
 * it. Faults with `not_found` or `invalid_argument`; the message names the path below the folder, never the content.
 */
export function secretsFolder(folder: string): (secret: string) => Promise<string> {
  return async (secret) => {
    if (!path.test(secret))
      throw new Fault(
        'invalid_argument',
        'a secret is named by a path such as orders/password, without dots before it',
      );
    let bytes: Buffer;
    try {
      bytes = await readFile(join(folder, secret));
    } catch (error) {
      const { code = 'failed' } = error as NodeJS.ErrnoException;
      throw new Fault('not_found', `the secret ${secret} cannot be read (${code})`);
    }
    if (bytes.length > bytesMax) throw new Fault('invalid_argument', `the secret ${secret} is over ${bytesMax} bytes`);
    return bytes.toString('utf8').replace(/\r?\n$/, '');
  };
}
