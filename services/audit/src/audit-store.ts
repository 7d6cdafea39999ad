import type { ProjectionStore } from '@inland/projection-store';

/** Where the audit projection is kept: a class, so that Nest can give it. */
export class AuditStore {
  readonly store: ProjectionStore;

  constructor(store: ProjectionStore) {
    this.store = store;
  }
}
