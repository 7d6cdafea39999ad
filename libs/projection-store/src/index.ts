export type { Checkpoint, Projection, ProjectionStore, ProjectionTransaction } from './projection-store.ts';
