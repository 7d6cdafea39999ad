import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordingStore } from '../recording-store.ts';

export interface RecordingStoreSubject {
  readonly store: RecordingStore;
  /** Another adapter on the same place, as after a restart. */
  reopen(): Promise<RecordingStore>;
  /** Changes one byte of what is kept under the digest, behind the store's back. Absent where the place forbids it. */
  damage?(digest: string): Promise<void>;
  dispose(): Promise<void>;
}

export type OpenRecordingStore = () => Promise<RecordingStoreSubject>;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* inPieces(bytes: Uint8Array, pieceBytes = 70_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** What every recording store keeps to. Call it inside of a test file, once per adapter. */
export function recordingStoreContract(name: string, open: OpenRecordingStore): void {
  describe(`${name} as a recording store`, () => {
    let subject: RecordingStoreSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => {
      await subject?.dispose();
    });

    it('is healthy and says its region', async () => {
      expect(subject.store.region).not.toBe('');
      expect(await subject.store.health()).toEqual({ ok: true });
    });

    it.each([0, 1, 300_000, 3_000_000])(
      'gives back %d bytes under their SHA-256, also after a restart',
      async (size) => {
        const bytes = randomBytes(size);
        expect(await subject.store.has(sha256(bytes))).toBe(false);
        expect(await subject.store.put(inPieces(bytes))).toEqual({ digest: sha256(bytes), bytes: size });
        expect(await subject.store.has(sha256(bytes))).toBe(true);
        expect((await collect(subject.store.get(sha256(bytes)))).equals(bytes)).toBe(true);
        const again = await subject.reopen();
        expect((await collect(again.get(sha256(bytes)))).equals(bytes)).toBe(true);
        await again.close();
      },
    );

    it('takes the same bytes again, also many times at once', async () => {
      const bytes = randomBytes(50_000);
      const kept = await Promise.all(Array.from({ length: 5 }, () => subject.store.put(inPieces(bytes))));
      expect(new Set(kept.map(({ digest }) => digest))).toEqual(new Set([sha256(bytes)]));
      expect((await collect(subject.store.get(sha256(bytes)))).equals(bytes)).toBe(true);
    });

    it('says when it has no such recording, and refuses what is no digest', async () => {
      await expect(collect(subject.store.get(sha256(randomBytes(8))))).rejects.toMatchObject({ code: 'not_found' });
      for (const digest of ['', '../../etc/passwd', 'AB'.repeat(32), `${'a'.repeat(64)}/x`]) {
        await expect(collect(subject.store.get(digest))).rejects.toMatchObject({ code: 'invalid_argument' });
        await expect(subject.store.has(digest)).rejects.toMatchObject({ code: 'invalid_argument' });
      }
    });

    it('keeps nothing of a recording that breaks off', async () => {
      const bytes = randomBytes(200_000);
      async function* breaking(): AsyncGenerator<Uint8Array> {
        yield* inPieces(bytes);
        throw new Error('the log went away');
      }
      await expect(subject.store.put(breaking())).rejects.toThrow('the log went away');
      expect(await subject.store.has(sha256(bytes))).toBe(false);
    });

    it('says that a recording was changed behind its back, at the latest at its end', async () => {
      if (subject.damage === undefined) return;
      const bytes = randomBytes(150_000);
      const { digest } = await subject.store.put(inPieces(bytes));
      await subject.damage(digest);
      await expect(collect(subject.store.get(digest))).rejects.toMatchObject({ code: 'corrupt' });
    });
  });
}
