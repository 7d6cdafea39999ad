import type { Stats } from 'node:fs';
import type { Attributes, FileEntryWithStats } from 'ssh2';

/** What SFTP version 3 tells of a file (draft-ietf-secsh-filexfer-02 §5). */
export function attributesOf(stats: Stats): Attributes {
  return {
    mode: stats.mode,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.size,
    atime: Math.floor(stats.atimeMs / 1_000),
    mtime: Math.floor(stats.mtimeMs / 1_000),
  };
}

/** One entry of a listing; `longname` is what `ls -l` would print. */
export function entryOf(filename: string, stats: Stats): FileEntryWithStats {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const rights = [6, 3, 0].map((shift) => rightsOf(stats.mode >> shift)).join('');
  const date = stats.mtime.toISOString().slice(0, 16).replace('T', ' ');
  const longname = `${kind}${rights} ${stats.nlink} ${stats.uid} ${stats.gid} ${String(stats.size).padStart(10)} ${date} ${filename}`;
  return { filename, longname, attrs: attributesOf(stats) } as FileEntryWithStats;
}

const rightsOf = (bits: number): string => `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
