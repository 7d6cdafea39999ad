/** A place beyond the server that a statement names. */
export interface SqlDestination {
  /** A host name, an address, or a bucket (`s3://name`, `az://account`), lower case. */
  readonly host: string;
  /** What of the statement leads there: `dblink`, `CREATE SERVER`, … */
  readonly via: string;
  readonly kind: 'host' | 'bucket' | 'context';
  /** The region of a cloud that the statement states, `aws:eu-west-1`. */
  readonly region?: string;
}

/** Why a statement does not prove where data goes: a place that it gets from data. */
export type SqlUnproven = 'destination_from_data';

/** The hosts of a connection string, `host=a port=1` or `postgresql://a:1,b/x?host=c`; null: none can be told. */
export function connectionHosts(text: string): readonly string[] | null {
  const hosts = /^\s*postgres(ql)?:\/\//i.test(text) ? hostsOfUri(text.trim()) : hostsOfWords(text);
  // Without a host it is the server itself, by its socket; a service stands in a file.
  if (/\bservice\s*=/i.test(text)) return null;
  return hosts.map((host) =>
    host
      .toLowerCase()
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/\.$/, ''),
  );
}

function hostsOfWords(text: string): readonly string[] {
  const found = [...text.matchAll(/(?:^|\s)(?:host|hostaddr)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))/gi)];
  return found
    .flatMap((one) => (one[1] ?? one[2] ?? '').replace(/\\(.)/g, '$1').split(','))
    .filter((host) => host !== '' && !host.startsWith('/'));
}

function hostsOfUri(text: string): readonly string[] {
  const rest = text.replace(/^[a-z]+:\/\//i, '');
  const authority = rest.split(/[/?]/)[0] ?? '';
  const listed = authority.slice(authority.lastIndexOf('@') + 1).split(',');
  const asked = [...text.matchAll(/[?&](?:host|hostaddr)=([^&]*)/gi)].flatMap((one) =>
    decoded(one[1] ?? '').split(','),
  );
  return [...listed.map((one) => decoded(one).replace(/:\d*$/, '')), ...asked].filter(
    (host) => host !== '' && !host.startsWith('/'),
  );
}

/** The host of a URL; null: it has none that can be told. */
export function urlHost(text: string): string | null {
  try {
    const { hostname } = new URL(text.trim());
    return hostname === ''
      ? null
      : hostname
          .replace(/^\[(.*)\]$/, '$1')
          .replace(/\.$/, '')
          .toLowerCase();
  } catch {
    return null;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
