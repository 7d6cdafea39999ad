import { Fault } from '@inland/kernel';
import type { Checkpoint, Projection, ProjectionStore, ProjectionTransaction } from '@inland/projection-store';
import { Pool, type ConnectionConfig, type PoolClient, type QueryResultRow } from 'pg';
import { databaseFault } from './database-fault.ts';

export interface PostgresProjectionStoreOptions {
  /** `postgres://user:password@host:port/database`, or the parts. */
  readonly connection: string | ConnectionConfig;
  readonly connectionsMax?: number;
  /** Of one statement. Default 30 seconds. */
  readonly statementMillisMax?: number;
  /** Told when an idle connection breaks; the pool goes on by itself. */
  readonly onError?: (fault: Fault) => void;
}

const bookkeeping = `
  CREATE SCHEMA IF NOT EXISTS inland_projections;
  CREATE TABLE IF NOT EXISTS inland_projections.projection (name text PRIMARY KEY, version integer NOT NULL);
  CREATE TABLE IF NOT EXISTS inland_projections.checkpoint (
    projection text NOT NULL, topic text NOT NULL, partition integer NOT NULL, next bigint NOT NULL,
    PRIMARY KEY (projection, topic, partition));`;

/** One PostgreSQL database, a schema per projection, and the checkpoints of all of them beside. */
export class PostgresProjectionStore implements ProjectionStore {
  readonly #pool: Pool;
  #closed = false;

  constructor(options: PostgresProjectionStoreOptions) {
    const { connection, statementMillisMax = 30_000 } = options;
    this.#pool = new Pool({
      ...(typeof connection === 'string' ? { connectionString: connection } : connection),
      max: options.connectionsMax ?? 10,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      statement_timeout: statementMillisMax,
      query_timeout: statementMillisMax + 5_000,
      lock_timeout: statementMillisMax,
      idle_in_transaction_session_timeout: 120_000,
      application_name: 'inland',
    });
    this.#pool.on('error', (error) => {
      if (!this.#closed) options.onError?.(databaseFault(error)); // a server that stops after us is no news
    });
  }

  async prepare(projection: Projection): Promise<void> {
    schemaOf(projection);
    await this.#locked(projection, async (tx) => {
      const [row] = await tx.query<{ version: number }>(
        'SELECT version FROM inland_projections.projection WHERE name = $1',
        [projection.name],
      );
      if (row?.version !== projection.version) await recreate(tx, projection);
    });
  }

  async reset(projection: Projection): Promise<void> {
    await this.#locked(projection, (tx) => recreate(tx, projection));
  }

  async checkpoint(projection: Projection, topic: string, partition: number): Promise<number> {
    const [row] = await this.read<{ next: string }>(
      projection,
      'SELECT next FROM inland_projections.checkpoint WHERE projection = $1 AND topic = $2 AND partition = $3',
      [projection.name, topic, partition],
    );
    return Number(row?.next ?? 0);
  }

  async apply(
    projection: Projection,
    next: Checkpoint & { readonly expected: number },
    work: (tx: ProjectionTransaction) => Promise<void>,
  ): Promise<void> {
    await this.#transaction(projection, 'BEGIN', async (tx) => {
      // Not while the projection is dropped and made anew: a first checkpoint could outlive the rows it speaks of.
      await tx.query('SELECT pg_advisory_xact_lock_shared(hashtext($1))', [schemaOf(projection)]);
      // The checkpoint goes first: its row is the lock that keeps two replicas from doing the same batch side by side.
      const key = [projection.name, next.topic, next.partition];
      const moved =
        next.expected === 0
          ? await tx.query(
              `INSERT INTO inland_projections.checkpoint AS c VALUES ($1, $2, $3, $4)
               ON CONFLICT (projection, topic, partition) DO UPDATE SET next = $4 WHERE c.next = 0 RETURNING next`,
              [...key, next.next],
            )
          : await tx.query(
              `UPDATE inland_projections.checkpoint SET next = $4
               WHERE projection = $1 AND topic = $2 AND partition = $3 AND next = $5 RETURNING next`,
              [...key, next.next, next.expected],
            );
      if (moved.length === 0)
        throw new Fault(
          'conflict',
          `the checkpoint of ${projection.name} for ${next.topic}/${next.partition} is not at ${next.expected}`,
        );
      await work(tx);
    });
  }

  read<Row extends object = Record<string, unknown>>(
    projection: Projection,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    return this.#transaction(projection, 'BEGIN READ ONLY', (tx) => tx.query<Row>(sql, values));
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    try {
      await this.#pool.query('SELECT 1');
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: databaseFault(error).message };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.end();
  }

  #locked(projection: Projection, work: (tx: ProjectionTransaction) => Promise<void>): Promise<void> {
    return this.#transaction(projection, 'BEGIN', async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('inland_projections'))`);
      for (const statement of bookkeeping.split(';').filter((text) => text.trim() !== '')) await tx.query(statement);
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [schemaOf(projection)]);
      await work(tx);
    });
  }

  async #transaction<T>(
    projection: Projection,
    begin: string,
    work: (tx: ProjectionTransaction) => Promise<T>,
  ): Promise<T> {
    const schema = schemaOf(projection);
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw databaseFault(error);
    });
    let broken: Error | undefined;
    // A connection that breaks while it is ours says so by an event as well as by the query that fails.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    const tx = transactionOn(client);
    try {
      await tx.query(`${begin}; SET LOCAL search_path TO ${schema}`);
      const result = await work(tx);
      await tx.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failed: Error) => {
        broken = failed;
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }
}

function transactionOn(client: PoolClient): ProjectionTransaction {
  return {
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
      try {
        const { rows } = await client.query<Row & QueryResultRow>(sql, [...values]);
        return rows;
      } catch (error) {
        throw databaseFault(error);
      }
    },
  };
}

async function recreate(tx: ProjectionTransaction, projection: Projection): Promise<void> {
  const schema = schemaOf(projection);
  await tx.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await tx.query(`CREATE SCHEMA ${schema}`);
  await tx.query('DELETE FROM inland_projections.checkpoint WHERE projection = $1', [projection.name]);
  await projection.create(tx);
  await tx.query(
    'INSERT INTO inland_projections.projection VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = $2',
    [projection.name, projection.version],
  );
}

/** The schema's quoted name. Faults with `invalid_argument`: the name goes into SQL as it is. */
function schemaOf({ name }: Projection): string {
  if (!/^[a-z][a-z_]{0,40}$/.test(name)) throw new Fault('invalid_argument', 'a projection is named [a-z][a-z_]*');
  return `"projection_${name}"`;
}
