import type { ProjectionStore } from '@inland/projection-store';
import { auditProjection } from './audit-projection.ts';

/** The most sessions of one page. */
export const pageSessionsMax = 200;

export interface SessionFilter {
  readonly subject?: string;
  readonly target?: string;
  readonly outcome?: 'allowed' | 'denied';
  /** RFC 3339; `since` inclusive, `until` exclusive. */
  readonly since?: string;
  readonly until?: string;
  /** The last session of the page before. */
  readonly after?: { readonly startedAt: string; readonly id: string };
  readonly limit: number;
}

const columns = `id, subject, groups, protocol, target, login, client_address AS "clientAddress",
  gateway_region AS "gatewayRegion", target_region AS "targetRegion", outcome, reason_code AS "reasonCode", rule,
  reason_message AS "reasonMessage", started AS "startedAt", ended AS "endedAt", ending, end_reason AS "endReason",
  commands, masked_values::float8 AS "maskedValues", recording_digest AS "recordingDigest", partition,
  first_offset::float8 AS "firstOffset", last_offset::float8 AS "lastOffset"`;

/** Sessions, newest first. */
export function listSessions(store: ProjectionStore, filter: SessionFilter): Promise<readonly object[]> {
  const { subject, target, outcome, since, until, after } = filter;
  const limit = Math.min(Math.max(1, filter.limit), pageSessionsMax);
  return store.read(
    auditProjection,
    `SELECT ${columns} FROM session
     WHERE ($1::text IS NULL OR subject = $1) AND ($2::text IS NULL OR target = $2) AND ($3::text IS NULL OR outcome = $3)
       AND ($4::timestamptz IS NULL OR started >= $4) AND ($5::timestamptz IS NULL OR started < $5)
       AND ($6::timestamptz IS NULL OR (started, id) < ($6, $7::text))
     ORDER BY started DESC, id DESC LIMIT $8`,
    [subject, target, outcome, since, until, after?.startedAt, after?.id, limit].map((value) => value ?? null),
  );
}
