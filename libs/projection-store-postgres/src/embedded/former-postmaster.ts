import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { delay, Fault } from '@inland/kernel';

const run = promisify(execFile);
const stopMillisMax = 20_000;

/**
 * Ends a PostgreSQL that still runs on this data because the process that started it was killed; its clients' work is
 * rolled back. Faults with `conflict` when that process lives: then the folder is in use. A lock file whose process is
 * gone, or whose number another program has now, is removed.
 */
export async function endFormerPostmaster(data: string, ownerFile: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  const text = await readFile(lock, 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const found = await processOf(pid);
  if (found === undefined || !found.command.includes(data)) {
    await rm(lock, { force: true });
    return;
  }
  const owner = Number(await readFile(ownerFile, 'utf8').catch(() => ''));
  if (owner === found.parent) throw new Fault('conflict', `the folder ${data} is in use by process ${owner}`);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(pid, signal);
    if (await gone(pid, stopMillisMax / 4)) {
      await rm(lock, { force: true });
      return;
    }
  }
  throw new Fault('unavailable', `the PostgreSQL that runs on ${data} already (process ${pid}) does not end`);
}

async function processOf(pid: number): Promise<{ readonly parent: number; readonly command: string } | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'ppid=,command=', '-p', String(pid)]);
    const match = /^\s*(\d+)\s+(.*)$/m.exec(stdout);
    return match === null ? undefined : { parent: Number(match[1]), command: match[2] ?? '' };
  } catch {
    return undefined;
  }
}

async function gone(pid: number, millisMax: number): Promise<boolean> {
  const until = Date.now() + millisMax;
  while (Date.now() < until) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await delay(50);
  }
  return false;
}
