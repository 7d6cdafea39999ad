import type { EventLog, Topic } from '@inland/event-log';
import { EventLogTransport } from '@inland/nest-event-transport';
import type { Projection, ProjectionStore, ProjectionTransaction } from '@inland/projection-store';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { parkEvent } from './parked-events.ts';

export interface ProjectionTransportOptions {
  readonly log: EventLog;
  readonly store: ProjectionStore;
  readonly projection: Projection;
  readonly topic: Topic;
  /** The second argument of `@EventPattern` of the projection's handlers. */
  readonly id: symbol;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** Feeds a projection's Nest handlers from the log; rows and checkpoint change in one transaction. */
export function projectionTransport(options: ProjectionTransportOptions): EventLogTransport<ProjectionTransaction> {
  const { log, store, projection, topic, id, logger, metrics } = options;
  const parked = counter(metrics, 'inland_events_parked_total', 'Events that could not be applied and were put aside');
  const failed = counter(
    metrics,
    'inland_events_failed_total',
    'Deliveries of events that failed and were tried again',
  );
  const transport = new EventLogTransport<ProjectionTransaction>({
    log,
    topic,
    group: `inland-${projection.name}`,
    id,
    unitOfWork: {
      checkpoint: (partition) => store.checkpoint(projection, topic, partition),
      run: ({ partition, expected, next }, work) => store.apply(projection, { topic, partition, expected, next }, work),
      park: parkEvent,
    },
    observer: {
      parked: ({ event, partition, offset }, fault) => {
        parked.inc({ projection: projection.name });
        logger.error(
          {
            projection: projection.name,
            topic,
            partition,
            offset,
            event: event.id,
            type: event.type,
            code: fault.code,
          },
          'an event cannot be applied and was put aside: look at it in the table parked_event',
        );
      },
      failed: (fault) => {
        failed.inc({ projection: projection.name });
        logger.warn({ projection: projection.name, code: fault.code }, 'events could not be applied; tried again soon');
      },
    },
  });
  positionGauge(metrics).add(projection.name, () => transport.positions());
  return transport;
}

function counter(metrics: Registry, name: string, help: string): Counter {
  const known = metrics.getSingleMetric(name);
  if (known !== undefined) return known as Counter;
  return new Counter({ name, help, labelNames: ['projection'], registers: [metrics] });
}

type Positions = () => ReadonlyMap<number, number>;
const gauges = new WeakMap<Registry, Map<string, Positions>>();

function positionGauge(metrics: Registry): { add(projection: string, positions: Positions): void } {
  let sources = gauges.get(metrics);
  if (sources === undefined) {
    const made = new Map<string, Positions>();
    sources = made;
    gauges.set(metrics, made);
    new Gauge({
      name: 'inland_projection_next_offset',
      help: 'The offset that is applied next, by projection and partition',
      labelNames: ['projection', 'partition'],
      registers: [metrics],
      collect() {
        for (const [projection, positions] of made)
          for (const [partition, next] of positions()) this.set({ projection, partition: String(partition) }, next);
      },
    });
  }
  const known = sources;
  return { add: (projection, positions) => void known.set(projection, positions) };
}
