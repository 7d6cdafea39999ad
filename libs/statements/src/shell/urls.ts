import { closeBrace, openBrace } from './marks.ts';

/** The parts of a URL that say where it leads, as programs of the command line read it, which is not as browsers do. */
export interface Place {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  /** Programs differ in what the host is. */
  readonly doubtful: boolean;
}

/** `scheme://user:password@host:port/path`; the scheme may be missing. */
export function placeOf(url: string): Place {
  const text = url.trim().replace(/[\t\n\r]/g, '');
  const found = /^([a-z][a-z0-9+.-]*):(?=\/)/i.exec(text);
  const scheme = found?.[1]?.toLowerCase() ?? '';
  const rest = text.slice(found?.[0].length ?? 0).replace(/^\/+/, '');
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const path = end < 0 ? '' : rest.slice(end);
  const withoutUser = authority.slice(authority.lastIndexOf('@') + 1);
  const { host, port } = hostAndPort(decoded(withoutUser));
  return { scheme, host, port, path, doubtful: /[\\\s]/.test(authority) };
}

/** `host:port`, `[v6]:port` or a host alone. */
export function hostAndPort(text: string): { readonly host: string; readonly port: string } {
  const bracketed = /^(\[[^\]]*\])(?::(.*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.indexOf(':') !== colon) return { host: text, port: '' };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Braces that curl expands itself, as if bash had not been told that they are quoted. */
export function markBraces(text: string): string {
  return text.replaceAll('{', openBrace).replaceAll('}', closeBrace).replaceAll(',', '\uE005');
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
