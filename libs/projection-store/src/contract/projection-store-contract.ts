import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Projection, ProjectionStore } from '../projection-store.ts';

export interface ProjectionStoreSubject {
  readonly store: ProjectionStore;
  /** A second adapter on the same store, as another replica has. */
  another(): Promise<ProjectionStore>;
  dispose(): Promise<void>;
}

export type OpenProjectionStore = () => Promise<ProjectionStoreSubject>;

const counted = (version: number): Projection => ({
  name: 'contract_counts',
  version,
  create: async (tx) => {
    await tx.query('CREATE TABLE counts (name text PRIMARY KEY, value bigint NOT NULL)');
  },
});
const projection = counted(1);
const topic = 'inland.session.v1';

async function add(store: ProjectionStore, expected: number, next: number, name = 'a'): Promise<void> {
  await store.apply(projection, { topic, partition: 0, expected, next }, async (tx) => {
    await tx.query('INSERT INTO counts VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = counts.value + 1', [
      name,
    ]);
  });
}

async function value(store: ProjectionStore, name = 'a'): Promise<number> {
  const [row] = await store.read<{ value: string }>(projection, 'SELECT value FROM counts WHERE name = $1', [name]);
  return Number(row?.value ?? 0);
}

/** What every projection store keeps to. Call it inside of a test file, once per adapter. */
export function projectionStoreContract(name: string, open: OpenProjectionStore): void {
  describe(`${name} as a projection store`, () => {
    let subject: ProjectionStoreSubject;
    let store: ProjectionStore;
    beforeAll(async () => {
      subject = await open();
      store = subject.store;
    });
    afterAll(async () => {
      await subject?.dispose();
    });
    beforeEach(async () => {
      await store.prepare(projection);
      await store.reset(projection);
    });

    it('is healthy', async () => {
      expect(await store.health()).toEqual({ ok: true });
    });

    it('begins at 0, and moves rows and checkpoint together', async () => {
      expect(await store.checkpoint(projection, topic, 0)).toBe(0);
      await add(store, 0, 5);
      expect(await store.checkpoint(projection, topic, 0)).toBe(5);
      expect(await value(store)).toBe(1);
    });

    it('keeps a checkpoint per topic and partition', async () => {
      await add(store, 0, 5);
      await store.apply(projection, { topic, partition: 1, expected: 0, next: 7 }, () => Promise.resolve());
      await store.apply(projection, { topic: 'other', partition: 0, expected: 0, next: 9 }, () => Promise.resolve());
      expect(await store.checkpoint(projection, topic, 0)).toBe(5);
      expect(await store.checkpoint(projection, topic, 1)).toBe(7);
      expect(await store.checkpoint(projection, 'other', 0)).toBe(9);
    });

    it('changes nothing when the checkpoint is elsewhere', async () => {
      await add(store, 0, 5);
      await expect(add(store, 0, 5)).rejects.toMatchObject({ code: 'conflict' });
      await expect(add(store, 4, 6)).rejects.toMatchObject({ code: 'conflict' });
      expect(await value(store)).toBe(1);
      expect(await store.checkpoint(projection, topic, 0)).toBe(5);
    });

    it('changes nothing when the work fails, and passes its error on', async () => {
      await add(store, 0, 5);
      const failing = store.apply(projection, { topic, partition: 0, expected: 5, next: 6 }, async (tx) => {
        await tx.query('DELETE FROM counts');
        throw new Error('half way');
      });
      await expect(failing).rejects.toThrow('half way');
      expect(await value(store)).toBe(1);
      expect(await store.checkpoint(projection, topic, 0)).toBe(5);
    });

    it('lets one of many replicas apply a batch, once', async () => {
      const other = await subject.another();
      const tried = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => add(index % 2 === 0 ? store : other, 0, 5)),
      );
      expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of tried)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
      expect(await value(store)).toBe(1);
      await other.close();
    });

    it('keeps what is there when prepared again, also by many at once', async () => {
      await add(store, 0, 5);
      const other = await subject.another();
      await Promise.all([store.prepare(projection), other.prepare(projection), store.prepare(projection)]);
      expect(await value(store)).toBe(1);
      expect(await store.checkpoint(projection, topic, 0)).toBe(5);
      await other.close();
    });

    it('begins anew when the version is another', async () => {
      await add(store, 0, 5);
      await store.prepare(counted(2));
      expect(await store.checkpoint(projection, topic, 0)).toBe(0);
      expect(await value(store)).toBe(0);
      await store.prepare(projection);
    });

    it('drops rows and checkpoints on reset, and nothing of another projection', async () => {
      const other: Projection = { ...projection, name: 'contract_other' };
      await store.prepare(other);
      await store.reset(other);
      await store.apply(other, { topic, partition: 0, expected: 0, next: 3 }, async (tx) => {
        await tx.query(`INSERT INTO counts VALUES ('other', 1)`);
      });
      await add(store, 0, 5);
      await store.reset(projection);
      expect(await store.checkpoint(projection, topic, 0)).toBe(0);
      expect(await value(store)).toBe(0);
      expect(await store.checkpoint(other, topic, 0)).toBe(3);
      expect(await store.read(other, 'SELECT name FROM counts')).toEqual([{ name: 'other' }]);
    });

    it('says what the database refused without the values that it refused', async () => {
      const secret = 'anna.muster@example.org';
      const refused = store.read(projection, 'SELECT $1::text::int', [secret]);
      await expect(refused).rejects.toMatchObject({ name: 'Fault' });
      const error: unknown = await refused.catch((caught: unknown) => caught);
      expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain(secret);
    });

    it('reads only', async () => {
      await expect(store.read(projection, 'DELETE FROM counts')).rejects.toMatchObject({ name: 'Fault' });
    });

    it('refuses a name that is no name', async () => {
      await expect(store.prepare({ ...projection, name: 'x"; DROP' })).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    });
  });
}
