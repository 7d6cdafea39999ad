const off = new Set(['', '0', 'f', 'false', 'n', 'no', 'off']);

/**
 * What a client's startup parameters become at the target: `user` is the target's own login and set elsewhere; a
 * database named like the user is libpq's default, which no target has. `replication` when a replication stream is asked for.
 */
export function startupParameters(
  parameters: ReadonlyMap<string, string>,
  user: string,
): ReadonlyMap<string, string> | 'replication' {
  if (!off.has((parameters.get('replication') ?? '').toLowerCase())) return 'replication';
  const passed = new Map(parameters);
  passed.delete('user');
  passed.delete('replication');
  if (passed.get('database') === user) passed.delete('database');
  return passed;
}
