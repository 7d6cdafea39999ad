import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Coordination } from '@inland/coordination';
import { MemoryCoordination } from '@inland/coordination-memory';
import { RedisCoordination } from '@inland/coordination-redis';
import type { EventLog } from '@inland/event-log';
import { KafkaEventLog } from '@inland/event-log-kafka';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { Fault } from '@inland/kernel';
import type { ProjectionStore } from '@inland/projection-store';
import { PostgresProjectionStore, startEmbeddedPostgres } from '@inland/projection-store-postgres';
import type { RecordingStore } from '@inland/recording-store';
import { FolderRecordingStore } from '@inland/recording-store-folder';
import { S3RecordingStore } from '@inland/recording-store-s3';
import type { Logger } from 'pino';
import type { HostConfig } from './host-config.ts';

/** What opening a store may need. */
export interface StoreSurroundings {
  readonly config: HostConfig;
  readonly secrets: (secret: string) => Promise<string>;
  readonly logger: Logger;
  /** Names this process to servers that list their clients. */
  readonly clientId: string;
}

/** The regions in which the record is kept, for the decisions that depend on them. */
export interface StoreRegions {
  readonly log: string;
  readonly recordings: string;
  readonly projections: string;
}

export function storeRegions({ region, log, recordings, projections }: HostConfig): StoreRegions {
  return {
    log: log.region ?? region,
    recordings: recordings.region ?? region,
    projections: projections.region ?? region,
  };
}

export async function openLog({ config, secrets, logger, clientId }: StoreSurroundings): Promise<EventLog> {
  const { log, home } = config;
  if (log.kind === 'embedded')
    return SqliteEventLog.open({
      folder: join(home, 'log'),
      ...(log.maxBytes === undefined ? {} : { maxBytes: log.maxBytes }),
    });
  const { brokers, replicationFactor, minInsyncReplicas, sessionPartitions, sessionRetentionDays, tls, sasl } = log;
  return KafkaEventLog.open({
    brokers,
    clientId,
    replicationFactor,
    minInsyncReplicas,
    sessionPartitions,
    sessionRetentionDays,
    ...(tls === undefined ? {} : { tls: caOf(tls.caFile) }),
    ...(sasl === undefined
      ? {}
      : {
          sasl: {
            mechanism: sasl.mechanism,
            username: sasl.username,
            password: await secrets(sasl.passwordSecret),
          },
        }),
    onLog: (level, line) => logger[level]({ from: 'kafka' }, line),
  });
}

export async function openCoordination({ config, secrets, logger }: StoreSurroundings): Promise<Coordination> {
  const { coordination } = config;
  if (coordination.kind === 'memory') return new MemoryCoordination();
  const { host, port, username, passwordSecret, tls } = coordination;
  return RedisCoordination.open({
    url: `${tls === undefined ? 'redis' : 'rediss'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ...(username === undefined ? {} : { username }),
    ...(passwordSecret === undefined ? {} : { password: await secrets(passwordSecret) }),
    ...(tls === undefined ? {} : { tls: caOf(tls.caFile) }),
    onLog: (line) => logger.info({ from: 'redis' }, line),
  });
}

/** The projection database; the embedded one is started with it and stopped after it. */
export async function openProjections({ config, secrets, logger }: StoreSurroundings): Promise<ProjectionStore> {
  const { projections, home } = config;
  const onError = (fault: Fault): void => logger.warn({ code: fault.code }, fault.message);
  if (projections.kind === 'postgres') {
    const { host, port, database, user, passwordSecret, tls } = projections;
    const password = await secrets(passwordSecret);
    const ssl = tls === undefined ? {} : { ssl: { ...caOf(tls.caFile), servername: host } };
    return new PostgresProjectionStore({ connection: { host, port, database, user, password, ...ssl }, onError });
  }
  const server = await startEmbeddedPostgres({
    folder: join(home, 'postgres'),
    onLog: (line) => logger.debug({ from: 'postgres' }, line),
  });
  return closedWith(new PostgresProjectionStore({ connection: server.connection, onError }), () => server.stop());
}

export async function openRecordings({ config, secrets }: StoreSurroundings): Promise<RecordingStore> {
  const { recordings, home } = config;
  const { recordings: region } = storeRegions(config);
  if (recordings.kind === 'folder')
    return FolderRecordingStore.open({ folder: recordings.folder ?? join(home, 'recordings'), region });
  const { bucket, prefix, s3Region, endpoint, retentionDays, accessKeyId, secretAccessKeySecret } = recordings;
  const credentials =
    accessKeyId === undefined || secretAccessKeySecret === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey: await secrets(secretAccessKeySecret) } };
  return new S3RecordingStore({
    bucket,
    region,
    s3Region,
    retentionDays,
    spoolFolder: join(home, 'spool'),
    ...(prefix === undefined ? {} : { prefix }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...credentials,
  });
}

function caOf(file: string | undefined): { readonly ca?: string } {
  if (file === undefined) return {};
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new Fault('misconfigured', `the authority file ${file} cannot be read`, { cause: error });
  }
}

function closedWith(store: ProjectionStore, after: () => Promise<void>): ProjectionStore {
  const close = store.close.bind(store);
  store.close = async () => {
    await close();
    await after();
  };
  return store;
}
