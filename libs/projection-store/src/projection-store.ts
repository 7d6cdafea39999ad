/** What a projection may do inside its one transaction: parametrised SQL of PostgreSQL. */
export interface ProjectionTransaction {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
}

/** A read model: tables of its own, made from events and nothing else. */
export interface Projection {
  /** Names its PostgreSQL schema and its checkpoint: `[a-z][a-z_]*`. */
  readonly name: string;
  /** Raised when the tables change: the projection is then dropped and rebuilt from the log. */
  readonly version: number;
  /** Creates the tables; the schema exists and is first in the search path. */
  create(tx: ProjectionTransaction): Promise<void>;
}

export interface Checkpoint {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be applied. */
  readonly next: number;
}

/** Keeps projections. Rows and checkpoint change in one transaction, so a replay has its effect exactly once. */
export interface ProjectionStore {
  /** Creates the projection's schema when it is missing or of another version. */
  prepare(projection: Projection): Promise<void>;
  /** The next offset to apply; 0 when nothing was applied yet. */
  checkpoint(projection: Projection, topic: string, partition: number): Promise<number>;
  /**
   * Runs `work` and moves the checkpoint from `expected` to `next.next` in one transaction. Rejects with `conflict`,
   * with nothing changed, when the checkpoint is not where `expected` says (another replica was faster).
   */
  apply(
    projection: Projection,
    next: Checkpoint & { readonly expected: number },
    work: (tx: ProjectionTransaction) => Promise<void>,
  ): Promise<void>;
  /** Reads, outside of any checkpoint. The projection's schema is first in the search path. */
  read<Row extends object = Record<string, unknown>>(
    projection: Projection,
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** Drops rows and checkpoints, and creates the tables anew. */
  reset(projection: Projection): Promise<void>;
  health(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}
