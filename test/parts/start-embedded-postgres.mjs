// Starts the embedded PostgreSQL in a folder, commits a row, prints its process and waits to be killed.
// Compiled code, as it runs in production: `npm run build` comes first.
import { PostgresProjectionStore, startEmbeddedPostgres } from '../../libs/projection-store-postgres/dist/index.js';

const postgres = await startEmbeddedPostgres({ folder: process.argv[2] });
const store = new PostgresProjectionStore({ connection: postgres.connection });
const projection = { name: 'kept', version: 1, create: (tx) => tx.query('CREATE TABLE kept (n int)') };
await store.prepare(projection);
await store.apply(projection, { topic: 'inland.session.v1', partition: 0, expected: 0, next: 1 }, (tx) =>
  tx.query('INSERT INTO kept VALUES (7)'),
);
console.log(JSON.stringify({ pid: postgres.pid }));
setInterval(() => undefined, 1_000);
