import { Fault } from '@inland/kernel';

/** SQLSTATE classes that say: not now. Connection, resources, operator intervention, serialization and deadlock. */
const transient = /^(08|53|57|40)/;

/**
 * A fault for what the database said. Its message and detail quote values, so neither is passed on, and no cause is kept:
 * only the SQLSTATE and the names of what was touched.
 */
export function databaseFault(caught: unknown): Fault {
  if (caught instanceof Fault) return caught;
  const { code, table, constraint } = caught as {
    readonly code?: unknown;
    readonly table?: unknown;
    readonly constraint?: unknown;
  };
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) {
    const name = typeof code === 'string' ? code : caught instanceof Error ? caught.name : 'unknown';
    return new Fault('unavailable', `the projection database cannot be reached (${name})`);
  }
  const names = [table, constraint].filter((name) => typeof name === 'string').join(', ');
  const where = names === '' ? '' : ` at ${names}`;
  if (code === '57014') return new Fault('timeout', 'the projection database took too long (SQLSTATE 57014)');
  return new Fault(
    transient.test(code) ? 'unavailable' : 'internal',
    `the projection database refused (SQLSTATE ${code})${where}`,
  );
}
