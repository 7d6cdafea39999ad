import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '@inland/kernel';

const run = promisify(execFile);

/** As whom PostgreSQL runs: it refuses root. Undefined: as whoever runs this process. */
export interface DatabaseUser {
  readonly uid: number;
  readonly gid: number;
}

/** Root's PostgreSQL runs as `postgres`, made when it is missing. Faults with `misconfigured`. */
export async function databaseUser(): Promise<DatabaseUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    return await idOf('postgres');
  } catch {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ]);
      return await idOf('postgres');
    } catch (error) {
      throw new Fault('misconfigured', 'PostgreSQL does not run as root, and no user postgres could be made', {
        cause: error,
      });
    }
  }
}

async function idOf(name: string): Promise<DatabaseUser> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly user: { readonly uid: number; readonly gid: number } | Record<string, never>;
}

/**
 * How to run a program as that user. Where root's folders keep others out (a clone under /root), the program is given
 * the one capability to pass through them, which needs setpriv (util-linux).
 */
export async function invocation(
  user: DatabaseUser | undefined,
  command: string,
  args: readonly string[],
  folder: string,
): Promise<Invocation> {
  if (user === undefined) return { command, args, user: {} };
  if ((await isOpen(command)) && (await isOpen(folder))) return { command, args, user };
  const capability = '+dac_read_search';
  const privileges = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    `--inh-caps=${capability}`,
    `--ambient-caps=${capability}`,
  ];
  return { command: 'setpriv', args: [...privileges, '--', command, ...args], user: {} };
}

/** Whether everybody may pass through every folder above the path. */
async function isOpen(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
