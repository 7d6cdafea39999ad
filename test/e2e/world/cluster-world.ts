import type { World } from './world.ts';

/** A process per service over real Kafka, PostgreSQL and Redis, with two proxies. */
export function startCluster(): Promise<World> {
  throw new Error('not there yet');
}
