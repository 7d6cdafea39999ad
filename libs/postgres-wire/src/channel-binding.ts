import { createHash } from 'node:crypto';

/** How a server supports channel binding: it does not, it should have said so but we cannot, or by this certificate. */
export type ChannelBinding =
  | { readonly kind: 'none' }
  /** We could bind, and the server does not offer it: it is told, so that who took the offer away is found out. */
  | { readonly kind: 'not-offered' }
  /** The data of `tls-server-end-point`. */
  | { readonly kind: 'server-end-point'; readonly data: Buffer };

/** The GS2 header that says so (RFC 5802 §7). */
export function gs2Header(binding: ChannelBinding): string {
  if (binding.kind === 'none') return 'n,,';
  return binding.kind === 'not-offered' ? 'y,,' : 'p=tls-server-end-point,,';
}

/**
 * The data of `tls-server-end-point` (RFC 5929 §4.1): the certificate's hash, by the hash function of its own signature,
 * SHA-256 in place of MD5 and SHA-1. Undefined where the signature has none of its own, as Ed25519.
 * @param certificate DER
 * @param signatureAlgorithm as OpenSSL names it: `ecdsa-with-SHA384`, `sha256WithRSAEncryption`, `RSA-SHA512`
 */
export function serverEndPoint(certificate: Uint8Array, signatureAlgorithm: string): Buffer | undefined {
  const name = /sha-?(1|224|256|384|512)(?!\d)|md5/i.exec(signatureAlgorithm);
  if (name === null) return undefined;
  const bits = name[1] === undefined || name[1] === '1' ? '256' : name[1];
  return createHash(`sha${bits}`).update(certificate).digest();
}
