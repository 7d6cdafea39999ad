import {
  projectionTransport,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
} from '@inland/service-host';
import { z } from 'zod';
import { auditProjection } from './audit-projection.ts';
import { AuditStore } from './audit-store.ts';
import { AuditController, AuditLog } from './audit.controller.ts';
import { AuditEvents, auditTransport } from './audit.events.ts';
import { SessionReplay } from './session-replay.ts';
import { ViewDecider } from './view-decider.ts';
import { SessionsController } from './sessions.controller.ts';

/** The section `services.audit` of inland.yaml. */
export const auditConfigSchema = z.strictObject({});

class AuditModule {}

/** The audit service: what happened, to whom, where; and its replay. */
export const auditService: ServiceDefinition<z.output<typeof auditConfigSchema>> = {
  name: 'audit',
  configSchema: auditConfigSchema,
  create: createAudit,
};

async function createAudit(context: ServiceContext): Promise<ServiceParts> {
  const { log, logger, metrics } = context;
  const store = await context.projections();
  await store.prepare(auditProjection);
  const recordings = await context.recordings();
  const decider = new ViewDecider({
    view: await context.view(),
    places: context.places,
    region: context.region,
    record: context.storeRegions,
  });
  const replay = new SessionReplay({ log, recordings, source: `/inland/audit/${context.replica}`, decider });
  return {
    modules: [
      {
        module: AuditModule,
        controllers: [SessionsController, AuditController, AuditEvents],
        providers: [
          { provide: AuditStore, useValue: new AuditStore(store) },
          { provide: AuditLog, useValue: new AuditLog(log) },
          { provide: SessionReplay, useValue: replay },
        ],
      },
    ],
    transports: [
      {
        strategy: projectionTransport({
          log,
          store,
          projection: auditProjection,
          topic: 'inland.session.v1',
          id: auditTransport,
          logger,
          metrics,
        }),
      },
    ],
    ready: async () => ({ ok: true }),
    close: async () => undefined,
  };
}
