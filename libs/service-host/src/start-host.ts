import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Fault, uuidv7 } from '@inland/kernel';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { closeApi, openApi } from './host-api.ts';
import { issuesText, type HostConfig } from './host-config.ts';
import { HostHealth } from './host-health.ts';
import { assertPortFree } from './port-free.ts';
import { RunningStores } from './running-stores.ts';
import { secretsFolder } from './secrets-folder.ts';
import { serviceLogger } from './service-logger.ts';
import type { ServiceContext, ServiceDefinition, ServiceParts } from './service-definition.ts';
import { openPlaces } from './open-places.ts';
import { storeRegions } from './open-stores.ts';

export interface HostOptions {
  /** Made in this order, closed in the reverse one. */
  readonly services: readonly ServiceDefinition[];
  readonly config: HostConfig;
}

/** Services that run, and their API. */
export interface RunningHost {
  /** Where the API answers, such as `http://127.0.0.1:7400`. */
  readonly api: string;
  /** Where clients come in beside the API, by protocol. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly replica: string;
  readonly logger: Logger;
  /** Ends sessions, requests and stores, in this order. Doing it again waits for the first. */
  close(): Promise<void>;
}

/**
 * Runs services in this process, behind one API. Faults with `misconfigured` when the configuration, a port or a store
 * keeps it from starting; what was opened until then is closed again.
 */
export async function startHost({ services, config }: HostOptions): Promise<RunningHost> {
  const sections = checkSections(services, config);
  await assertPortFree(config.http.host, config.http.port, 'INLAND_HTTP_PORT');
  mkdirSync(config.home, { recursive: true, mode: 0o700 });
  const logger = serviceLogger(config);
  const replica = uuidv7();
  const opened: { readonly what: string; close(): Promise<void> }[] = [];
  const closeAll = async (): Promise<void> => {
    for (const { what, close } of opened.splice(0).reverse())
      await close().catch((error: unknown) => logger.error({ what }, `closing failed: ${Fault.from(error).message}`));
  };
  try {
    const health = new HostHealth();
    const metrics = new Registry();
    collectDefaultMetrics({ register: metrics });
    const secrets = secretsFolder(config.secretsFolder ?? join(config.home, 'secrets'));
    const surroundings = { config, secrets, logger, clientId: `inland-${replica.slice(-12)}` };
    const stores = await RunningStores.open(surroundings, health);
    opened.push({ what: 'stores', close: () => stores.close() });
    const context: ServiceContext = {
      region: config.region,
      storeRegions: storeRegions(config),
      ...openPlaces(config),
      replica,
      home: config.home,
      log: stores.log,
      coordination: stores.coordination,
      view: () => stores.view.get(),
      projections: () => stores.projections.get(),
      recordings: () => stores.recordings.get(),
      secrets,
      logger,
      metrics,
    };
    const running: ServiceParts[] = [];
    for (const [index, service] of services.entries()) {
      const parts = await service.create(context, sections[index]);
      running.push(parts);
      opened.push({ what: service.name, close: () => parts.close() });
      health.add(service.name, () => parts.ready());
    }
    const app = await openApi(config, running, { context, health, metrics, logger });
    opened.push({ what: 'the API', close: () => closeApi(app) });
    const address = app.getHttpServer().address() as AddressInfo;
    for (const parts of running) await parts.start?.();
    logger.info({ replica, region: config.region, services: services.map(({ name }) => name) }, 'started');
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    let closing: Promise<void> | undefined;
    return {
      api: `${config.http.tls === undefined ? 'http' : 'https'}://${host}:${address.port}`,
      addresses: Object.assign({}, ...running.map((parts) => parts.addresses?.() ?? {})) as Record<string, string>,
      replica,
      logger,
      close: () => (closing ??= closeAll()),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Each service's own section, checked before anything is opened. */
function checkSections(services: readonly ServiceDefinition[], config: HostConfig): unknown[] {
  const unknown = Object.keys(config.services).filter((name) => !knownServices.includes(name));
  if (unknown.length > 0)
    throw new Fault(
      'misconfigured',
      `services.${unknown.join(', services.')}: there is no such service; there are ${knownServices.join(', ')}`,
    );
  return services.map(({ name, configSchema }) => {
    const parsed = configSchema.safeParse(config.services[name] ?? {});
    if (!parsed.success)
      throw new Fault(
        'misconfigured',
        `the configuration is not good:\n${issuesText(parsed.error, `services.${name}`)}`,
      );
    return parsed.data;
  });
}

/** All that there are: a process that runs one of them may be given the configuration of all. */
const knownServices = ['auth', 'policy', 'masking', 'recorder', 'audit', 'proxy'];
