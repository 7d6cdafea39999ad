import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemoWorld } from '@inland/platform';
import { openLocalCa } from '@inland/local-ca';
import { startEmbeddedPostgres } from '@inland/projection-store-postgres';
import { newSshKeyPair } from '@inland/ssh-keys';
import { KafkaEventLog } from '@inland/event-log-kafka';
import { startKafka, type KafkaCluster } from '../../parts/kafka.mjs';
import { startRedis } from '../../parts/redis.mjs';
import { startApiRouter } from './api-router.ts';
import { Clients } from './clients.ts';
import { freePorts } from './free-ports.ts';
import { projectFolder } from './project.ts';
import { replayDecisions } from './replay-decisions.ts';
import { Started } from './run-process.ts';
import type { World } from './world.ts';

/** The services of a cell, in the order of starting; the proxy twice. */
const services = ['auth', 'policy', 'masking', 'recorder', 'audit', 'proxy-1', 'proxy-2'] as const;
type ServiceName = (typeof services)[number];

/** Which service answers which path of the API: what an Ingress would say. */
const routes: readonly (readonly [prefix: string, service: ServiceName])[] = [
  ['/api/v1/auth/', 'auth'],
  ['/api/v1/resources', 'policy'],
  ['/api/v1/schemas/', 'policy'],
  ['/api/v1/explain', 'policy'],
  ['/api/v1/policy', 'policy'],
  ['/api/v1/requests', 'policy'],
  ['/api/v1/webhooks/', 'policy'],
  ['/api/v1/masking/', 'masking'],
  ['/api/v1/sessions', 'audit'],
  ['/api/v1/audit/', 'audit'],
  ['/', 'audit'],
];

export interface ClusterWorld extends World {
  readonly kafka: KafkaCluster;
}

/** A process per service over real Kafka, PostgreSQL and Redis, with two proxies. */
export async function startCluster(): Promise<ClusterWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'inland-e2e-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  };
  try {
    const password = 'redis-of-the-test';
    const [kafka, redis, postgres, demo] = await Promise.all([
      startKafka(),
      startRedis({ password }),
      startEmbeddedPostgres({ folder: join(folder, 'postgres') }),
      startDemoWorld(folder),
    ]);
    stops.push(kafka.stop, redis.stop, () => postgres.stop(), demo.stop);
    const { secretsFolder, people } = demo;
    await mkdir(join(secretsFolder, 'stores'), { recursive: true });
    await writeFile(join(secretsFolder, 'stores/redis'), password);
    await writeFile(join(secretsFolder, 'stores/postgres'), postgres.connection.password);

    const ca = await openLocalCa({ folder: join(folder, 'ca') });
    const issued = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
    const files = { ca: 'ca.pem', cert: 'gateway.crt', key: 'gateway.key', host: 'ssh_host_key', known: 'known_hosts' };
    const at = (name: keyof typeof files): string => join(folder, files[name]);
    const hostKey = newSshKeyPair();
    await writeFile(at('ca'), ca.caPem);
    await writeFile(at('cert'), issued.certPem);
    await writeFile(at('key'), issued.keyPem, { mode: 0o600 });
    await writeFile(at('host'), hostKey.private, { mode: 0o600 });

    const ports = await freePorts(services.length + 4);
    const [ssh1 = 0, pg1 = 0, ssh2Port = 0, pg2 = 0] = ports.slice(services.length);
    const replicas = [
      { sshPort: ssh1, postgresPort: pg1 },
      { sshPort: ssh2Port, postgresPort: pg2 },
    ];
    await writeFile(at('known'), replicas.map(({ sshPort }) => `[127.0.0.1]:${sshPort} ${hostKey.public}\n`).join(''));

    const configOf = (name: ServiceName): object => {
      const replica = replicas[name === 'proxy-2' ? 1 : 0];
      return {
        region: 'aws:eu-central-1',
        home: join(folder, name),
        secretsFolder,
        http: { port: ports[services.indexOf(name)] },
        log: {
          kind: 'kafka',
          brokers: kafka.brokers,
          replicationFactor: 1,
          minInsyncReplicas: 1,
          sessionPartitions: 4,
          insecure: true,
        },
        projections: {
          kind: 'postgres',
          host: postgres.connection.host,
          port: postgres.connection.port,
          user: postgres.connection.user,
          database: postgres.connection.database,
          passwordSecret: 'stores/postgres',
          insecure: true,
        },
        coordination: {
          kind: 'redis',
          host: '127.0.0.1',
          port: redis.port,
          passwordSecret: 'stores/redis',
          insecure: true,
        },
        recordings: { kind: 'folder', folder: join(folder, 'recordings') },
        roles: { administrators: ['platform'], auditors: ['platform'] },
        trustedNetworks: [{ name: 'this-machine', cidrs: ['127.0.0.0/8', '::1/128'], country: 'DE' }],
        logging: { file: join(folder, `${name}.log`) },
        services: {
          auth: {
            people: people.map(({ subject, displayName, groups, publicKey }) => ({
              subject,
              displayName,
              groups,
              sshKeys: [publicKey],
            })),
          },
          proxy: {
            ssh: { port: replica?.sshPort, hostKeyFiles: [at('host')] },
            postgres: { port: replica?.postgresPort, tls: { certFile: at('cert'), keyFile: at('key') } },
          },
        },
      };
    };
    const running = new Map<ServiceName, Started>();
    const start = async (name: ServiceName): Promise<void> => {
      const file = join(folder, `${name}.yaml`);
      await writeFile(file, JSON.stringify(configOf(name))); // JSON is YAML
      const main = join(projectFolder, 'services', name.replace(/-\d$/, ''), 'dist/main.js');
      const started = new Started(process.execPath, [main, '--config', file], {}, projectFolder);
      running.set(name, started);
      await started.said('"api":', 90_000);
    };
    stops.push(() => Promise.all([...running.values()].map((one) => one.stop('SIGKILL'))));
    await start('auth');
    await start('policy');
    await Promise.all((['masking', 'recorder', 'audit', 'proxy-1', 'proxy-2'] as const).map(start));

    const router = await startApiRouter(routes.map(([prefix, name]) => [prefix, ports[services.indexOf(name)] ?? 0]));
    stops.push(router.stop);
    const dead: ServiceName[] = [];
    const keys = { alice: keyOf(people, 'alice'), olga: keyOf(people, 'olga') };
    const world: ClusterWorld = {
      kind: 'cluster',
      folder,
      kafka,
      api: router.api,
      httpPort: ports[services.indexOf('audit')] ?? 0,
      authHome: join(folder, 'auth'),
      secretsFolder,
      replicas,
      keys,
      caFile: at('ca'),
      knownHostsFile: at('known'),
      written: [folder, kafka.folder],
      killReplica: async (index) => {
        const name = index === 0 ? 'proxy-1' : 'proxy-2';
        await running.get(name)?.stop('SIGKILL');
        dead.push(name);
      },
      revive: async () => {
        await Promise.all(dead.splice(0).map(start));
      },
      breakLog: async () => kafka.freeze(1),
      mendLog: async () => kafka.thaw(1),
      stopInland: async () => {
        await Promise.all([...running.values()].map((one) => one.stop()));
      },
      stop: async () => {
        try {
          const log = await KafkaEventLog.open({
            brokers: kafka.brokers,
            clientId: 'replay',
            replicationFactor: 1,
            minInsyncReplicas: 1,
            sessionPartitions: 4,
          });
          await replayDecisions(log).finally(() => log.close());
        } finally {
          await stopAll();
        }
      },
    };
    const applied = await new Clients(world, 'olga').inland('apply', '-f', demo.resourcesFile);
    if (applied.status !== 0) throw new Error(`the demo's resources could not be applied: ${applied.stderr}`);
    return world;
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function keyOf(people: readonly { readonly subject: string; readonly keyFile: string }[], subject: string): string {
  return people.find((one) => one.subject === subject)?.keyFile ?? '';
}
