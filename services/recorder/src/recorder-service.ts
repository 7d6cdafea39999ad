import { systemClock } from '@inland/kernel';
import {
  projectionTransport,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
} from '@inland/service-host';
import { Counter } from 'prom-client';
import { LostReplicas } from './lost-replicas.ts';
import { LostSessionCloser } from './lost-session-closer.ts';
import { RecordedSessions } from './recorded-sessions.ts';
import { recorderConfigSchema, type RecorderConfig } from './recorder-config.ts';
import { recorderProjection } from './recorder-projection.ts';
import { RecorderEvents, recorderTransport } from './recorder.events.ts';
import { Recorder, type RecorderObserver } from './recorder.ts';
import { SessionSealer } from './session-sealer.ts';

class RecorderModule {}

/** The recorder service: what exactly happened, sealed. */
export const recorderService: ServiceDefinition<RecorderConfig> = {
  name: 'recorder',
  configSchema: recorderConfigSchema,
  create: createRecorder,
};

async function createRecorder(context: ServiceContext, config: RecorderConfig): Promise<ServiceParts> {
  const { log, coordination, logger, metrics, replica } = context;
  const store = await context.projections();
  await store.prepare(recorderProjection);
  const { graceMillis, startGraceMillis } = config;
  const recorder = new Recorder({
    sessions: new RecordedSessions(store),
    sealer: new SessionSealer(log, await context.recordings()),
    closer: new LostSessionCloser(log, replica),
    lost: new LostReplicas({ coordination, clock: systemClock, graceMillis, startGraceMillis }),
    observer: observe(context),
  });
  const stopping = new AbortController();
  let rounds: Promise<void> = Promise.resolve();
  return {
    modules: [{ module: RecorderModule, controllers: [RecorderEvents] }],
    transports: [
      {
        strategy: projectionTransport({
          log,
          store,
          projection: recorderProjection,
          topic: 'inland.session.v1',
          id: recorderTransport,
          logger,
          metrics,
        }),
      },
    ],
    start: async () => {
      rounds = recorder.run(stopping.signal, config);
    },
    ready: async () => ({ ok: true }),
    close: async () => {
      stopping.abort();
      await rounds;
    },
  };
}

function observe({ logger, metrics }: ServiceContext): RecorderObserver {
  const sealed = new Counter({
    name: 'inland_sessions_sealed_total',
    help: 'Sessions kept as recordings, by whether their chain holds',
    labelNames: ['intact'],
    registers: [metrics],
  });
  const lost = new Counter({
    name: 'inland_sessions_lost_total',
    help: 'Sessions closed in the record because their proxy was lost',
    registers: [metrics],
  });
  return {
    sealed: (session, intact) => {
      sealed.inc({ intact: String(intact) });
      if (!intact) logger.error({ session }, 'the chain of a sealed session does not hold');
    },
    closedLost: (session) => {
      lost.inc();
      logger.warn({ session }, 'closed a session whose proxy was lost');
    },
    failed: (what, fault) => logger.warn({ what, code: fault.code }, `the recorder tries again: ${fault.message}`),
  };
}
