import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '@inland/kernel';
import { checkDigest, verified, type RecordingStore } from '@inland/recording-store';

export interface FolderRecordingStoreOptions {
  /** Made when it is missing; nobody but its owner may look into it. */
  readonly folder: string;
  readonly region: string;
}

/** An unfinished file that is older than this was left by a process that was killed. */
const leftoverMillis = 24 * 60 * 60 * 1000;

/**
 * Keeps recordings as `sha256/ab/abcdef…`, read-only. A file is written and synced under `tmp/`, then linked to its name,
 * so that under a name there is the whole recording or nothing, also after a kill or a loss of power.
 */
export class FolderRecordingStore implements RecordingStore {
  readonly region: string;
  readonly #folder: string;

  private constructor(options: FolderRecordingStoreOptions) {
    this.region = options.region;
    this.#folder = options.folder;
  }

  static async open(options: FolderRecordingStoreOptions): Promise<FolderRecordingStore> {
    try {
      await mkdir(join(options.folder, 'tmp'), { recursive: true, mode: 0o700 });
      await mkdir(join(options.folder, 'sha256'), { recursive: true, mode: 0o700 });
      await removeLeftovers(join(options.folder, 'tmp'));
    } catch (error) {
      throw new Fault('misconfigured', `recordings cannot be kept in ${options.folder} (${codeOf(error)})`, {
        cause: error,
      });
    }
    return new FolderRecordingStore(options);
  }

  async put(recording: AsyncIterable<Uint8Array>): Promise<{ readonly digest: string; readonly bytes: number }> {
    const unfinished = join(this.#folder, 'tmp', randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      const file = await this.#io(() => open(unfinished, 'wx', 0o400));
      try {
        for await (const piece of recording) {
          hash.update(piece);
          bytes += piece.length;
          await this.#io(() => file.writeFile(piece));
        }
        await this.#io(() => file.sync());
      } finally {
        await file.close();
      }
      const digest = hash.digest('hex');
      await this.#io(() => this.#name(unfinished, digest));
      return { digest, bytes };
    } finally {
      await unlink(unfinished).catch(() => undefined);
    }
  }

  async *get(digest: string): AsyncGenerator<Uint8Array> {
    checkDigest(digest);
    const file = await open(this.#pathOf(digest), 'r').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw new Fault('not_found', `there is no recording ${digest}`);
      throw unavailable(error);
    });
    try {
      yield* verified(digest, file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 }));
    } finally {
      await file.close();
    }
  }

  async has(digest: string): Promise<boolean> {
    checkDigest(digest);
    try {
      return (await stat(this.#pathOf(digest))).isFile();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw unavailable(error);
    }
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    try {
      await access(join(this.#folder, 'tmp'), constants.W_OK);
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: `the recordings folder cannot be written (${codeOf(error)})` };
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #pathOf(digest: string): string {
    return join(this.#folder, 'sha256', digest.slice(0, 2), digest);
  }

  async #name(unfinished: string, digest: string): Promise<void> {
    const path = this.#pathOf(digest);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await link(unfinished, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    // The name itself must survive a loss of power: the folder, and the folder that names the folder.
    await syncFolder(dirname(path));
    await syncFolder(join(this.#folder, 'sha256'));
  }

  /** Disk full, no permission, gone: none of it is this recording's fault. */
  async #io<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > leftoverMillis) await unlink(path);
  }
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown } | undefined)?.code ?? 'unknown');
}

function unavailable(error: unknown): Fault {
  return new Fault('unavailable', `the recordings folder failed (${codeOf(error)})`, { cause: error });
}
