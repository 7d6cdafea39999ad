export { auditConfigSchema, auditService } from './audit-service.ts';
export { auditProjection } from './audit-projection.ts';
export { auditEvents, foldAudit } from './fold-audit.ts';
export { rebuildAudit } from './rebuild-audit.ts';
export { listSessions, pageSessionsMax, type SessionFilter } from './session-queries.ts';
export { SessionReplay, type ReplaySource, type SessionReplayParts } from './session-replay.ts';
