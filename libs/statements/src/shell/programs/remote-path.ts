import { isUrl, placeOf } from '../urls.ts';

/** Where `user@host:path`, `[v6]:path`, `scheme://host/path` or `user@host` leads. */
export function remoteOf(text: string): { readonly host: string; readonly port: string } {
  if (isUrl(text)) return placeOf(text);
  const authority = text.split('/')[0] ?? '';
  const at = authority.lastIndexOf('@');
  const rest = authority.slice(at + 1);
  const host = /^(\[[^\]]*\]|[^:/]*)/.exec(rest)?.[0] ?? rest;
  return { host, port: '' };
}

/** The host of `host:path`; undefined for a path of this machine. */
export function copyHost(text: string): string | undefined {
  if (isUrl(text)) return placeOf(text).host;
  const found = /^(?:[^/:@]*(?:@[^/:@]*)*@)?(\[[^\]]+\]|[^/:[\]]+):/.exec(text);
  return found === null ? undefined : (found[1] ?? '');
}
