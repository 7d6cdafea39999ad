import { errorResponse } from '@inland/postgres-wire';
import type { Denial } from '../pipeline/gateway.ts';

/** Which SQLSTATE (PostgreSQL's appendix A) says a reason; any other is 42501, insufficient_privilege. */
const sqlStates: Readonly<Record<string, string>> = {
  credential_unknown: '28000',
  credential_missing: '28000',
  credential_expired: '28000',
  credential_invalid: '28000',
  credential_revoked: '28000',
  credential_other_target: '28000',
  target_name_malformed: '28000',
  target_credential_refused: '28000',
  target_login_unsupported: '28000',
  target_secret_missing: '28000',
  target_unreachable: '08006',
  target_identity_changed: '08006',
  target_unintelligible: '08P01',
  protocol_violation: '08P01',
  record_unavailable: '57P03',
  replica_isolated: '57P03',
  gateway_stopping: '57P03',
  command_too_long: '54000',
  replication_unmasked: '0A000',
  statements_too_many: '53400',
  internal: 'XX000',
};

const tryAgain = new Set(['57P03', '08006']);

export interface DenialResponseOptions {
  /** FATAL ends the connection, ERROR the statement. */
  readonly severity: 'ERROR' | 'FATAL';
  /** Instead of the one that the reason stands for. */
  readonly sqlState?: string;
}

/** A refusal as an ErrorResponse: what, why and by which rule, and what the person can do. */
export function denialResponse(denial: Denial, { severity, sqlState }: DenialResponseOptions): Buffer {
  const state = sqlState ?? sqlStates[denial.code] ?? '42501';
  const quote = denial.requestId === '' ? '' : `Quote request ${denial.requestId} when you ask about it.`;
  const hint = tryAgain.has(state) ? `You can try again. ${quote}`.trim() : quote;
  return errorResponse({
    severity,
    sqlState: state,
    message: `Inland refused this: ${denial.message}`,
    detail: denial.rule === '' ? `Reason ${denial.code}.` : `Reason ${denial.code}, rule ${denial.rule}.`,
    ...(hint === '' ? {} : { hint }),
  });
}
