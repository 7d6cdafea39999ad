import { isIPv6 } from 'node:net';

/** `host:port`, as people write it. */
export function placeOf(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
