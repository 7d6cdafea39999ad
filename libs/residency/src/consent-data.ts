import { flags, type Flags } from './flags.ts';
import type { SpecOf } from './resources/resource.ts';

/** What an approval must be, as the Rego reads it. */
export interface ApprovalData {
  readonly by: Flags;
  readonly approvers: number;
  readonly maxSeconds: number;
  readonly once: boolean;
  readonly ticket: boolean;
}

export function approvalData({
  by,
  approvers,
  maxSeconds,
  once,
  ticket,
}: NonNullable<SpecOf<'AccessGrant'>['approval']>): ApprovalData {
  return { by: flags(by), approvers, maxSeconds, once, ticket };
}

/** The moment at which something ends that holds `until` a day (with it) or a time. RFC 3339, UTC, with milliseconds. */
export function endOf(until: string): string {
  const end = until.length > 10 ? Date.parse(until) : Date.parse(until) + 86_400_000;
  return new Date(Math.min(end, lastMillis)).toISOString();
}

/** Years of more digits are written otherwise, and would not compare as texts. */
const lastMillis = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
