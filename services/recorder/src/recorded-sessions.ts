import type { Position } from '@inland/event-log';
import type { ProjectionStore } from '@inland/projection-store';
import { recorderProjection } from './recorder-projection.ts';

export interface OpenSession {
  readonly session: string;
  readonly replica: string;
  /** Where its first event stands. */
  readonly first: Position;
}

export interface ClosedSession {
  readonly session: string;
  readonly first: Position;
  /** The offset of its SessionClosed, in the same partition. */
  readonly lastOffset: number;
}

interface Row {
  readonly session: string;
  readonly replica: string;
  readonly partition: number;
  readonly first_offset: string;
  readonly last_offset: string;
}

/** What the recorder's projection knows. */
export class RecordedSessions {
  readonly #store: ProjectionStore;

  constructor(store: ProjectionStore) {
    this.#store = store;
  }

  /** Closed and not sealed, oldest first, at most so many. */
  async unsealed(limit: number): Promise<readonly ClosedSession[]> {
    const rows = await this.#rows('closed', limit);
    return rows.map((row) => ({ session: row.session, first: first(row), lastOffset: Number(row.last_offset) }));
  }

  /** Open, oldest first, at most so many. */
  async open(limit: number): Promise<readonly OpenSession[]> {
    const rows = await this.#rows('open', limit);
    return rows.map((row) => ({ session: row.session, replica: row.replica, first: first(row) }));
  }

  #rows(state: string, limit: number): Promise<readonly Row[]> {
    return this.#store.read<Row>(
      recorderProjection,
      'SELECT * FROM session WHERE state = $1 ORDER BY first_offset LIMIT $2',
      [state, limit],
    );
  }
}

function first(row: Row): Position {
  return { partition: row.partition, offset: Number(row.first_offset) };
}
