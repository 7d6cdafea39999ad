import ssh2, { type ParsedKey } from 'ssh2';

/**
 * A private key that ssh2 shows by its certificate (`TYPE BASE64`), to a target or as a host key: patches/ssh2@1.17.0 has
 * it name the key's own algorithm in what it signs. Throws when the key cannot be read.
 */
export function withCertificate(privateKey: string, certificate: string): ParsedKey {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  const [type = '', data = ''] = certificate.split(' ');
  const blob = Buffer.from(data, 'base64');
  return Object.assign(Object.create(key) as ParsedKey, { type, getPublicSSH: () => blob });
}
