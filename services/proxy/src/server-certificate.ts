import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Fault } from '@inland/kernel';
import { openLocalCa } from '@inland/local-ca';

export interface ServerCertificate {
  /** PEM, both. */
  readonly key: string;
  readonly cert: string;
}

/** The operator's files, read anew each time, or a certificate of the authority below the home folder. */
export async function serverCertificate(options: {
  readonly files: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly names: readonly string[];
  readonly home: string;
}): Promise<ServerCertificate> {
  const { files, names, home } = options;
  if (files !== undefined) return { key: await readPem(files.keyFile), cert: await readPem(files.certFile) };
  const authority = await openLocalCa({ folder: join(home, 'ca') });
  await writeFile(join(home, 'ca.pem'), authority.caPem); // for clients: the certificate alone
  const { keyPem, certPem } = await authority.issue({
    names: names.filter((name) => isIP(name) === 0),
    addresses: names.filter((name) => isIP(name) !== 0),
  });
  return { key: keyPem, cert: certPem };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Fault('misconfigured', `${file} cannot be read`, { cause: error });
  }
}
