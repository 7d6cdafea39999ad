import type { ProjectionStore } from '@inland/projection-store';
import { auditProjection } from './audit-projection.ts';
import type { SessionDetail, SessionView } from './session-view.ts';

/** The most sessions of one page, and the most commands of one session in full. */
export const pageSessionsMax = 200;
const commandsMax = 1_000;

export interface SessionFilter {
  readonly subject?: string | undefined;
  readonly target?: string | undefined;
  readonly outcome?: 'allowed' | 'denied' | undefined;
  /** RFC 3339; `since` inclusive, `until` exclusive. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** The last session of the page before. */
  readonly after?: { readonly startedAt: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Where a session stands in the log. */
export interface SessionPlace {
  readonly partition: number;
  readonly firstOffset: number;
  readonly subject: string;
  readonly target: string;
  readonly login: string;
  readonly protocol: string;
  readonly recordingDigest: string | null;
}

const columns = `id, subject, groups, protocol, target, login, client_address AS "clientAddress",
  gateway_region AS "gatewayRegion", target_region AS "targetRegion", client_country AS "clientCountry", outcome, reason_code AS "reasonCode", rule,
  reason_message AS "reasonMessage", started AS "startedAt", ended AS "endedAt", ending, end_reason AS "endReason",
  commands, masked_values::float8 AS "maskedValues", recording_digest AS "recordingDigest"`;

/** Sessions, newest first. */
export function listSessions(store: ProjectionStore, filter: SessionFilter): Promise<readonly SessionView[]> {
  const { subject, target, outcome, since, until, after } = filter;
  return store.read<SessionView>(
    auditProjection,
    `SELECT ${columns} FROM session
     WHERE ($1::text IS NULL OR subject = $1) AND ($2::text IS NULL OR target = $2) AND ($3::text IS NULL OR outcome = $3)
       AND ($4::timestamptz IS NULL OR started >= $4) AND ($5::timestamptz IS NULL OR started < $5)
       AND ($6::timestamptz IS NULL OR (started, id) < ($6, $7::text))
     ORDER BY started DESC, id DESC LIMIT $8`,
    [subject, target, outcome, since, until, after?.startedAt, after?.id, filter.limit].map((value) => value ?? null),
  );
}

/** A session with its decisions and its first commands; undefined when the projection does not know it. */
export async function sessionDetail(store: ProjectionStore, id: string): Promise<SessionDetail | undefined> {
  const [session] = await store.read<SessionView>(auditProjection, `SELECT ${columns} FROM session WHERE id = $1`, [
    id,
  ]);
  if (session === undefined) return undefined;
  const commandList = await store.read<SessionDetail['commandList'][number]>(
    auditProjection,
    `SELECT number, operation, text, outcome, reason_code AS "reasonCode", rule, exit_status AS "exitStatus", status,
       rows::float8 AS rows, observed, details, submitted AS "submittedAt", completed AS "completedAt"
     FROM command WHERE session = $1 ORDER BY number LIMIT $2`,
    [id, commandsMax + 1],
  );
  const decisions = await store.read<SessionDetail['decisions'][number]>(
    auditProjection,
    `SELECT command, outcome, reasons, obligations, bundle_digest AS "bundleDigest",
       control_offset::float8 AS "controlOffset", data_digest AS "dataDigest", input_json AS "inputJson",
       input_withheld AS "inputWithheld", basis
     FROM decision WHERE session = $1 ORDER BY command LIMIT $2`,
    [id, commandsMax + 1],
  );
  return {
    ...session,
    commandList: commandList.slice(0, commandsMax),
    commandsCut: commandList.length > commandsMax,
    decisions: [...decisions],
  };
}

export async function placeOf(store: ProjectionStore, id: string): Promise<SessionPlace | undefined> {
  const [place] = await store.read<SessionPlace>(
    auditProjection,
    `SELECT partition, first_offset::float8 AS "firstOffset", subject, target, login, protocol,
       recording_digest AS "recordingDigest"
     FROM session WHERE id = $1`,
    [id],
  );
  return place;
}
