/** What a person asked for, taken apart. */
export interface RequestedName {
  readonly login: string;
  readonly target: string;
}

const loginPattern = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,62}$/;
const targetPattern = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/**
 * Takes `login@target` or `login%target` apart, at the last separator: a login may hold an `@` of its own.
 * Undefined when either part is missing or malformed.
 */
export function parseRequestedName(name: string): RequestedName | undefined {
  const at = Math.max(name.lastIndexOf('@'), name.lastIndexOf('%'));
  if (at <= 0) return undefined;
  const login = name.slice(0, at);
  const target = name.slice(at + 1);
  return loginPattern.test(login) && targetPattern.test(target) ? { login, target } : undefined;
}
