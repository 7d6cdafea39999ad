export { EventContext } from './event-context.ts';
export { EventLogTransport, type EventLogTransportOptions, type TransportObserver } from './event-log-transport.ts';
export { FaultFilter } from './fault-filter.ts';
export type { UnitOfWork } from './unit-of-work.ts';
