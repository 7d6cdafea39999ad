import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@inland/kernel';

export interface Spooled {
  readonly file: FileHandle;
  readonly digest: string;
  readonly bytes: number;
  /** Forgets the bytes. */
  dispose(): Promise<void>;
}

/** An object's name is its SHA-256, known only at its end: so the bytes wait in a file that nobody else may read. */
export async function spool(folder: string, bytesMax: number, from: AsyncIterable<Uint8Array>): Promise<Spooled> {
  const own = await mkdtemp(join(folder, 'recording-'));
  const file = await open(join(own, 'spool'), 'wx+', 0o600);
  const dispose = async (): Promise<void> => {
    await file.close();
    await rm(own, { recursive: true, force: true });
  };
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of from) {
      hash.update(piece);
      bytes += piece.length;
      if (bytes > bytesMax) throw new Fault('resource_exhausted', `a recording over ${bytesMax} bytes`);
      await file.writeFile(piece);
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { file, digest: hash.digest('hex'), bytes, dispose };
}
