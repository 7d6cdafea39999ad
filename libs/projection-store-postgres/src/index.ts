export { PostgresProjectionStore, type PostgresProjectionStoreOptions } from './postgres-projection-store.ts';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start-embedded-postgres.ts';
