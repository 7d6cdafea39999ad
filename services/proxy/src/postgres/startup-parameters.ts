const off = new Set(['', '0', 'f', 'false', 'n', 'no', 'off']);

/**
 * What a client's startup parameters become at the target: `user` is the target's own login and set elsewhere; a
 * database named like the user is libpq's default, which no target has.
 */
export function startupParameters(parameters: ReadonlyMap<string, string>, user: string): ReadonlyMap<string, string> {
  const passed = new Map(parameters);
  passed.delete('user');
  if (!asksReplication(parameters)) passed.delete('replication');
  if (passed.get('database') === user) passed.delete('database');
  return passed;
}

/** Whether a replication stream is asked for, physical or logical (the chapter "Streaming Replication Protocol"). */
export function asksReplication(parameters: ReadonlyMap<string, string>): boolean {
  return !off.has((parameters.get('replication') ?? '').toLowerCase());
}
