import { createPrivateKey } from 'node:crypto';
import { ed25519Blob, issueCertificate } from '@inland/ssh-certificates';
import ssh2 from 'ssh2';
import type { SshAuthority } from './ssh-authority.ts';

/** Made anew every day, so that a replica that is cut off has weeks. */
const validMillis = 30 * 24 * 60 * 60 * 1000;
/** A client's clock may be behind. */
const skewMillis = 60 * 60 * 1000;

/** `TYPE BASE64` of a certificate for the first Ed25519 host key, good for these names; undefined: there is no such key. */
export function sshHostCertificate(
  authority: SshAuthority,
  request: { readonly hostKeys: readonly string[]; readonly names: readonly string[]; readonly now: Date },
): string | undefined {
  const { hostKeys, names, now } = request;
  for (const text of hostKeys) {
    const parsed = ssh2.utils.parseKey(text);
    if (parsed instanceof Error) continue;
    const key = createPrivateKey(parsed.getPrivatePEM());
    if (ed25519Blob(key) === undefined) continue;
    return issueCertificate(authority.key, {
      kind: 'host',
      key,
      keyId: `inland ${names[0] ?? ''}`,
      principals: names,
      validAfter: new Date(now.getTime() - skewMillis),
      validBefore: new Date(now.getTime() + validMillis),
    }).line;
  }
  return undefined;
}

/** What people put into known_hosts: the authority's line, and the host keys for clients that know no certificates. */
export function knownHosts(options: {
  readonly names: readonly string[];
  readonly port: number;
  readonly hostKeys: readonly string[];
  readonly authority: SshAuthority | undefined;
}): string {
  const { names, port, hostKeys, authority } = options;
  const pattern = names.flatMap((name) => (port === 22 ? [name] : [`[${name}]:${port}`])).join(',');
  const keys = hostKeys.flatMap((text) => {
    const parsed = ssh2.utils.parseKey(text);
    return parsed instanceof Error ? [] : [`${parsed.type} ${parsed.getPublicSSH().toString('base64')}`];
  });
  const lines = keys.map((key) => `${pattern} ${key}`);
  if (authority !== undefined) lines.unshift(`@cert-authority ${pattern} ${authority.publicKey}`);
  return `${lines.join('\n')}\n`;
}
