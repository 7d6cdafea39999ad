import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readRecording } from '@inland/recording';
import type { World } from './world.ts';

/** What is at the targets is theirs: it is no part of what Inland writes. */
const targetsOwn = /^demo\//;

/**
 * Everything that Inland and its stores have written, by file: bytes as text, with recordings
 * unpacked event by event. The clients' own files and the targets' data are left out.
 */
export async function writtenText(world: World): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const folder of world.written) await readAll(folder, texts);
  return texts;
}

async function readAll(folder: string, texts: Map<string, string>): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (targetsOwn.test(name)) continue;
    const bytes = await readFile(path).catch(() => undefined); // databases remove files as they go
    if (bytes === undefined) continue;
    texts.set(name, bytes.toString('latin1'));
    if (name.includes('recordings/')) texts.set(`${name} (unpacked)`, await unpacked(bytes));
  }
}

async function unpacked(recording: Buffer): Promise<string> {
  const parts: string[] = [];
  for await (const event of readRecording([recording])) parts.push(Buffer.from(event.data).toString('latin1'));
  return parts.join('\n');
}
