export {
  ApiGuard,
  CurrentPrincipal,
  Public,
  Roles,
  type ApiPrincipal,
  type Role,
  type RoleGroups,
} from './api-access.ts';
export { ProblemFilter } from './problem-filter.ts';
export type { Health, ServiceContext, ServiceDefinition, ServiceParts } from './service-definition.ts';
