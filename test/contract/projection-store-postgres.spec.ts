import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { projectionStoreContract } from '@inland/projection-store/contract';
import { PostgresProjectionStore, startEmbeddedPostgres } from '@inland/projection-store-postgres';

const projection = {
  name: 'kept',
  version: 1,
  create: async (tx: { query(sql: string): Promise<unknown> }) => {
    await tx.query('CREATE TABLE kept (n int)');
  },
};

projectionStoreContract('PostgreSQL', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inland-projections-'));
  const postgres = await startEmbeddedPostgres({ folder });
  const store = new PostgresProjectionStore({ connection: postgres.connection });
  return {
    store,
    another: () => Promise.resolve(new PostgresProjectionStore({ connection: postgres.connection })),
    dispose: async () => {
      await store.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

describe('the embedded PostgreSQL', () => {
  it('takes over, with all that was committed, after its process was killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-projections-'));
    // A process of its own starts it, commits, and is then killed without a word: PostgreSQL stays behind.
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('../parts/start-embedded-postgres.mjs', import.meta.url)), folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const left = JSON.parse(line) as { readonly pid: number };
    await expect(startEmbeddedPostgres({ folder })).rejects.toMatchObject({ code: 'conflict' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => process.kill(left.pid, 0)).not.toThrow();

    const postgres = await startEmbeddedPostgres({ folder });
    const store = new PostgresProjectionStore({ connection: postgres.connection });
    expect(await store.read(projection, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(await store.checkpoint(projection, 'inland.session.v1', 0)).toBe(1);
    await store.close();
    await postgres.stop();
    expect(() => process.kill(left.pid, 0)).toThrow();
    expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(folder, 'password'), 'utf8')).length).toBeGreaterThanOrEqual(32);
    await rm(folder, { recursive: true, force: true });
  });

  it('goes on after PostgreSQL itself was killed and started again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-projections-'));
    const first = await startEmbeddedPostgres({ folder });
    const faults: string[] = [];
    const store = new PostgresProjectionStore({
      connection: first.connection,
      onError: ({ code }) => faults.push(code),
    });
    await store.prepare(projection);
    process.kill(first.pid, 'SIGQUIT');
    await expect(store.read(projection, 'SELECT pg_sleep(5)')).rejects.toMatchObject({ code: 'unavailable' });
    expect((await store.health()).ok).toBe(false);
    await first.stop();
    const second = await startEmbeddedPostgres({ folder, port: first.connection.port });
    expect(await store.health()).toEqual({ ok: true });
    expect(await store.read(projection, 'SELECT n FROM kept')).toEqual([]);
    await store.close();
    await second.stop();
    await rm(folder, { recursive: true, force: true });
  });
});
