import type { OperationEffect } from '@inland/residency';

/**
 * Functions that clients call by their number rather than in SQL: those of large objects, as libpq, pgjdbc and Npgsql do
 * (src/include/catalog/pg_proc.dat). What any other number stands for is not known: it can be a function of the user's.
 */
const known = new Map<number, readonly [name: string, effects: readonly OperationEffect[]]>([
  [715, ['lo_create', ['write']]],
  [764, ['lo_import', ['administration', 'write']]],
  [765, ['lo_export', ['administration', 'export', 'read']]],
  [767, ['lo_import', ['administration', 'write']]],
  [952, ['lo_open', ['read']]],
  [953, ['lo_close', []]],
  [954, ['loread', ['read']]],
  [955, ['lowrite', ['write']]],
  [956, ['lo_lseek', []]],
  [957, ['lo_creat', ['write']]],
  [958, ['lo_tell', []]],
  [964, ['lo_unlink', ['write']]],
  [1004, ['lo_truncate', ['write']]],
  [3170, ['lo_lseek64', []]],
  [3171, ['lo_tell64', []]],
  [3172, ['lo_truncate64', ['write']]],
  [3457, ['lo_from_bytea', ['write']]],
  [3458, ['lo_get', ['read']]],
  [3459, ['lo_get', ['read']]],
  [3460, ['lo_put', ['write']]],
]);

/** A function call as a command: its text, and what it does; null where that is not known. */
export function functionCall(id: number): {
  readonly text: string;
  readonly effects: readonly OperationEffect[] | null;
} {
  const [name, effects] = known.get(id) ?? ['function', null];
  return { text: `${name} (function ${String(id)})`, effects };
}
