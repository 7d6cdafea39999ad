import { Fault, type FaultCode } from '@inland/kernel';

/** What `inland` exits with: the table in `inland --help`. Numbers above 63 are those of sysexits(3). */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  differs: 5,
  unauthenticated: 6,
  unavailable: 69,
  misconfigured: 78,
} as const;

const byFault: Partial<Record<FaultCode, number>> = {
  invalid_argument: exitCodes.usage,
  unauthenticated: exitCodes.unauthenticated,
  permission_denied: exitCodes.refused,
  not_found: exitCodes.notFound,
  unavailable: exitCodes.unavailable,
  log_unavailable: exitCodes.unavailable,
  timeout: exitCodes.unavailable,
  misconfigured: exitCodes.misconfigured,
};

export function exitCodeOf(fault: Fault): number {
  return byFault[fault.code] ?? exitCodes.failed;
}

export const exitCodesHelp = `Exit codes:
  0  done                      4  not found
  1  failed                    5  \`diff\` found differences
  2  wrong use or bad input    6  not logged in, or not known
  3  refused by policy or role 69 Inland cannot be reached   78 misconfigured`;
