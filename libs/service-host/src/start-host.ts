import 'reflect-metadata';
import { mkdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Fault, uuidv7 } from '@inland/kernel';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ApiGuard } from './api-access.ts';
import { HealthController } from './health.controller.ts';
import { isLoopback, issuesText, type HostConfig } from './host-config.ts';
import { HostHealth } from './host-health.ts';
import { assertPortFree } from './port-free.ts';
import { ProblemFilter } from './problem-filter.ts';
import { RunningStores } from './running-stores.ts';
import { secretsFolder } from './secrets-folder.ts';
import { nestLogger, serviceLogger } from './service-logger.ts';
import type { ServiceContext, ServiceDefinition, ServiceParts } from './service-definition.ts';
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

class HostModule {}

const bodyBytesMax = 1024 * 1024;
const requestMillisMax = 60_000;

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
      trustedNetworks: config.trustedNetworks,
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

async function openApi(
  config: HostConfig,
  running: readonly ServiceParts[],
  parts: {
    readonly context: ServiceContext;
    readonly health: HostHealth;
    readonly metrics: Registry;
    readonly logger: Logger;
  },
): Promise<NestExpressApplication> {
  const { context, health, metrics, logger } = parts;
  const module: DynamicModule = {
    module: HostModule,
    imports: running.flatMap(({ modules }) => modules),
    controllers: [HealthController],
    providers: [
      { provide: HostHealth, useValue: health },
      { provide: Registry, useValue: metrics },
    ],
  };
  const { tls } = config.http;
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: nestLogger(logger),
    abortOnError: false,
    bodyParser: false,
    ...(tls === undefined ? {} : { httpsOptions: { key: readPem(tls.keyFile), cert: readPem(tls.certFile) } }),
  });
  app.disable('x-powered-by');
  app.useBodyParser('json', { limit: bodyBytesMax });
  app.use((_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    next();
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalGuards(new ApiGuard(await context.view(), config.roles));
  documentApi(app);
  for (const transport of running.flatMap(({ transports }) => transports ?? []))
    app.connectMicroservice(transport, { inheritAppConfig: true });
  try {
    await app.startAllMicroservices();
    const server = app.getHttpServer();
    server.requestTimeout = requestMillisMax;
    server.headersTimeout = 20_000;
    await app.listen(config.http.port, config.http.host);
    if (config.http.insecure && !isLoopback(config.http.host))
      logger.warn('the API is served without TLS on an address that others can reach');
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

function documentApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Inland')
    .setDescription('Who may reach which data, from where, and what they did there.')
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  SwaggerModule.setup('api/v1/openapi', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'api/v1/openapi.json',
    ui: false,
    raw: ['json'],
  });
}

/** Ends connections that only wait; requests that run have a moment. */
async function closeApi(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), 2_000);
  try {
    await app.close();
  } finally {
    clearTimeout(impatient);
  }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault('misconfigured', `${file} cannot be read`, { cause: error });
  }
}
