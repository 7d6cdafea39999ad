/**
 * A host as it is looked up: lower case, IDN as punycode, IPv4 in dotted form however it was written, no final dot, no
 * brackets. Undefined: it cannot be one.
 */
export function hostName(written: string): string | undefined {
  const bare = written.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, (zone) => (written.includes(':') ? '' : zone));
  if (bare === '' || bare.length > 253) return undefined;
  if (/^[a-z0-9_][a-z0-9_-]*(\.[a-z_][a-z0-9_-]*)+$/.test(bare)) return bare; // as nearly all are
  if (bare.includes(':')) return /^[\da-f:.]+$/i.test(bare) ? canonical(`[${bare}]`) : undefined;
  if (!/^[^\s/?#@\\%<>^|{}[\]"'`$&;()*!,:=+~]+$/.test(bare)) return undefined;
  return canonical(bare);
}

function canonical(host: string): string | undefined {
  try {
    const { hostname } = new URL(`http://${host}/`);
    const name = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
    return mapped(name) ?? (name === '' ? undefined : name);
  } catch {
    // A name with an underscore first, or one that URLs refuse, is still looked up.
    return /^[\w.-]+$/.test(host) && !/^[\d.]+$/.test(host) ? host.toLowerCase().replace(/\.$/, '') : undefined;
  }
}

/** `::ffff:7f00:1` is 127.0.0.1. */
function mapped(name: string): string | undefined {
  const found = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(name);
  if (found === null) return undefined;
  const high = Number.parseInt(found[1] ?? '', 16);
  const low = Number.parseInt(found[2] ?? '', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

const awsRegion = /(?:^|[.-])((?:us|eu|ap|sa|ca|me|af|il|mx|cn)(?:-gov|-iso[a-z]?)?-[a-z]+-\d)(?=\.|$)/;

/** The region of a cloud that a host's name states. */
export function regionOfHost(host: string): string | undefined {
  if (/\.(amazonaws\.com(\.cn)?|aws)$/.test(host)) {
    const found = awsRegion.exec(host.replace(/\.(amazonaws\.com(\.cn)?|aws)$/, ''));
    return found === null ? undefined : `aws:${found[1] ?? ''}`;
  }
  const azure = /\.([a-z]+\d?)\.(?:cloudapp\.azure\.com|azurecontainer\.io|azmk8s\.io|kusto\.windows\.net)$/.exec(host);
  if (azure !== null) return `azure:${azure[1] ?? ''}`;
  const google =
    /^([a-z]+-[a-z]+\d+)-(?:docker|npm|python|maven|apt|yum)\.pkg\.dev$/.exec(host) ??
    /(?:^|[.-])([a-z]+-[a-z]+\d+)(?:\.rep|-[a-z]+)?\.googleapis\.com$/.exec(host) ??
    /^([a-z]+-[a-z]+\d+)-.*\.cloudfunctions\.net$/.exec(host);
  return google === null ? undefined : `gcp:${google[1] ?? ''}`;
}
