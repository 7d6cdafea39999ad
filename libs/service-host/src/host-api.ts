import { readFileSync } from 'node:fs';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Fault } from '@inland/kernel';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { ApiGuard } from './api-access.ts';
import { HealthController } from './health.controller.ts';
import { isLoopback, type HostConfig } from './host-config.ts';
import { HostHealth } from './host-health.ts';
import { ProblemFilter } from './problem-filter.ts';
import type { ServiceContext, ServiceParts } from './service-definition.ts';
import { nestLogger } from './service-logger.ts';

class HostModule {}

const bodyBytesMax = 1024 * 1024;
const requestMillisMax = 60_000;

/** The one Nest application of the process: every service's modules, health, metrics, OpenAPI and transports. */
export async function openApi(
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
    rawBody: true, // what a webhook's signature is about
    ...(tls === undefined ? {} : { httpsOptions: { key: readPem(tls.keyFile), cert: readPem(tls.certFile) } }),
  });
  app.disable('x-powered-by');
  trustProxies(app, config.http.proxies);
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

/** Of these, and nobody else, it is believed whom they forward. */
function trustProxies(app: NestExpressApplication, proxies: readonly string[]): void {
  try {
    app.set('trust proxy', proxies.length === 0 ? false : [...proxies]);
  } catch (error) {
    throw new Fault(
      'misconfigured',
      `http.proxies: ${error instanceof Error ? error.message : ''}; name addresses or ranges such as 10.0.0.0/8`,
      { cause: error },
    );
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
export async function closeApi(app: NestExpressApplication): Promise<void> {
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
