export {
  ApiGuard,
  CurrentPrincipal,
  Public,
  Roles,
  type ApiPrincipal,
  type Role,
  type RoleGroups,
} from './api-access.ts';
export { checkedBody } from './checked-body.ts';
export { hostConfig, hostConfigSchema, readHostConfig, type HostConfig } from './host-config.ts';
export { createParkedEvents, parkEvent } from './parked-events.ts';
export { assertPortFree } from './port-free.ts';
export { ProblemFilter } from './problem-filter.ts';
export { projectionTransport, type ProjectionTransportOptions } from './projection-transport.ts';
export { runServiceProcess, stopOnSignal } from './run-service-process.ts';
export type { Health, ServiceContext, ServiceDefinition, ServiceParts } from './service-definition.ts';
export { logWarnings } from './service-logger.ts';
export { startHost, type HostOptions, type RunningHost } from './start-host.ts';
export type { StoreRegions } from './open-stores.ts';
