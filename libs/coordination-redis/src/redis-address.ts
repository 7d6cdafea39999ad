import { Fault } from '@inland/kernel';

/** Where a Redis is and who asks there. `where` is for people and holds no secret. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly where: string;
}

/**
 * Reads `redis://user:password@host:port/database`, or `rediss://` for TLS. Faults with `misconfigured`, and never quotes
 * the text, which may hold a password.
 */
export function redisAddress(url: string): RedisAddress {
  if (!URL.canParse(url)) throw wrong('is no URL such as redis://host:6379/0');
  const { protocol, hostname, port, pathname, username, password } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw wrong('starts with neither redis:// nor rediss://');
  if (hostname === '') throw wrong('names no host');
  const database = /^\/?(\d{0,4})$/.exec(pathname)?.[1];
  if (database === undefined) throw wrong('names a database that is no number');
  const number = port === '' ? 6379 : Number(port);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: number,
    database: Number(database),
    tls: protocol === 'rediss:',
    ...(username === '' ? {} : { username: decoded(username) }),
    ...(password === '' ? {} : { password: decoded(password) }),
    where: `${hostname}:${number}`,
  };
}

function wrong(what: string): Fault {
  return new Fault('misconfigured', `the address of Redis ${what}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('has a user or password that is not percent-encoded well');
  }
}
