import { signatureHolds } from './public-keys.ts';
import type { SshCertificate } from './ssh-certificate.ts';

/** Why a certificate proves nothing. */
export type CertificateFault =
  | 'authority_unknown'
  | 'signature_invalid'
  | 'wrong_kind'
  | 'not_yet_valid'
  | 'expired'
  | 'no_principals'
  | 'unknown_critical_option';

/**
 * Whether a certificate is what a trusted authority signed, of this kind, valid now, for named principals, and asks for
 * nothing that is not known here; the caller enforces the known critical options. Undefined when all of that holds.
 */
export function certificateFault(
  certificate: SshCertificate,
  expected: {
    readonly kind: 'user' | 'host';
    /** Public keys of authorities, in SSH's form. */
    readonly authorities: readonly Uint8Array[];
    readonly at: Date;
    /** Critical options that the caller enforces. */
    readonly enforced: readonly string[];
  },
): CertificateFault | undefined {
  if (!expected.authorities.some((one) => certificate.authority.equals(one))) return 'authority_unknown';
  if (!signatureHolds(certificate.authority, certificate.signed, certificate.signature)) return 'signature_invalid';
  if (certificate.kind !== expected.kind) return 'wrong_kind';
  const now = BigInt(Math.floor(expected.at.getTime() / 1000));
  if (now < certificate.validAfter) return 'not_yet_valid';
  if (now >= certificate.validBefore) return 'expired';
  if (certificate.principals.length === 0) return 'no_principals';
  const unknown = [...certificate.criticalOptions.keys()].some((name) => !expected.enforced.includes(name));
  return unknown ? 'unknown_critical_option' : undefined;
}
