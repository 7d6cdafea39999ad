import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { recordingStoreContract } from '@inland/recording-store/contract';
import { FolderRecordingStore } from '@inland/recording-store-folder';

const region = 'aws:eu-central-1';
const fileOf = (folder: string, digest: string): string => join(folder, 'sha256', digest.slice(0, 2), digest);

async function* one(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
}

recordingStoreContract('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inland-recordings-'));
  return {
    store: await FolderRecordingStore.open({ folder, region }),
    reopen: () => FolderRecordingStore.open({ folder, region }),
    damage: async (digest) => {
      const file = fileOf(folder, digest);
      const bytes = await readFile(file);
      bytes[1000] = (bytes[1000] ?? 0) ^ 1;
      await chmod(file, 0o600);
      await writeFile(file, bytes);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('the recordings folder', () => {
  it('holds read-only files and leaves nothing unfinished', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-recordings-'));
    const store = await FolderRecordingStore.open({ folder, region });
    const { digest } = await store.put(one());
    expect((await stat(fileOf(folder, digest))).mode & 0o777).toBe(0o400);
    expect((await stat(join(folder, 'sha256'))).mode & 0o077).toBe(0);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  it('says when the folder is gone, and stops a start where there can be none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-recordings-'));
    const store = await FolderRecordingStore.open({ folder, region });
    await rm(folder, { recursive: true, force: true });
    await expect(store.put(one())).rejects.toMatchObject({ code: 'unavailable' });
    expect(await store.health()).toMatchObject({ ok: false });
    await writeFile(folder, 'a file');
    await expect(FolderRecordingStore.open({ folder, region })).rejects.toMatchObject({ code: 'misconfigured' });
    await rm(folder);
  });
});
