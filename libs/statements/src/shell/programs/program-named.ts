import type { Program } from '../program.ts';
import { builtinPrograms } from './builtins.ts';
import { cloudPrograms } from './clouds.ts';
import { clusterPrograms } from './clusters.ts';
import { copyPrograms } from './copies.ts';
import { databasePrograms } from './databases.ts';
import { directoryPrograms } from './directories.ts';
import { fetchPrograms } from './fetches.ts';
import { filterPrograms } from './filters.ts';
import { gitPrograms } from './git.ts';
import { interpreterPrograms } from './interpreters.ts';
import { localPrograms } from './local-programs.ts';
import { mailPrograms } from './mails.ts';
import { packagePrograms } from './packages.ts';
import { socketPrograms } from './sockets.ts';
import { wrapperPrograms } from './wrappers.ts';

const programs = new Map<string, Program>(
  [
    builtinPrograms,
    cloudPrograms,
    clusterPrograms,
    copyPrograms,
    databasePrograms,
    directoryPrograms,
    fetchPrograms,
    filterPrograms,
    gitPrograms,
    interpreterPrograms,
    mailPrograms,
    packagePrograms,
    socketPrograms,
    wrapperPrograms,
  ].flatMap((table) => Object.entries(table)),
);

const systemFolder = /^\/(usr\/(local\/)?)?s?bin\/[^/]+$|^\/snap\/bin\/[^/]+$/;
const local: Program = () => undefined;

/** What is known of a program; one that stands elsewhere than where systems have theirs is another. */
export function programNamed(name: string): Program | undefined {
  const bare = name.slice(name.lastIndexOf('/') + 1);
  if (bare !== name && !systemFolder.test(name)) return undefined;
  return (
    programs.get(bare) ??
    programs.get(bare.replace(/(?<=^(python|pip|perl|ruby|php|node|lua))[\d.]+$/, '')) ??
    (localPrograms.has(bare) ? local : undefined)
  );
}
