import type { ControlView } from '@inland/control-view';
import { principalBySshKey, principalBySubject, verifyToken } from '@inland/identity';
import { systemClock } from '@inland/kernel';
import { certificateFault, optionText, type SshCertificate } from '@inland/ssh-certificates';
import { isAddressWithin } from './address-within.ts';
import type { GatewayReason } from './pipeline/denials.ts';
import type { ProvenIdentity, Standing } from './pipeline/gateway-options.ts';
import type { Identity } from './pipeline/gateway.ts';

/** Who has this key, which the client has signed with already. */
export function identityOfKey(view: Pick<ControlView, 'directory'>, fingerprint: string): Identity {
  const principal = principalBySshKey(view.directory, fingerprint);
  if (principal === undefined)
    return { kind: 'unproven', method: 'ssh-key', credentialId: fingerprint, reason: 'credential_unknown' };
  const { subject, groups, identityProvider } = principal;
  return { kind: 'proven', subject, groups, identityProvider, method: 'ssh-key', credentialId: fingerprint };
}

const sourceAddress = 'source-address';

/**
 * Who shows this certificate, whose key the client has signed with already: the one person among its principals that is
 * known and whose certificates its authority may sign.
 */
export function identityOfCertificate(
  view: Pick<ControlView, 'directory'>,
  shown: { readonly certificate: SshCertificate; readonly fingerprint: string; readonly address: string },
  at: Date,
): Identity {
  const { certificate, fingerprint, address } = shown;
  const unproven = (reason: string): Identity => ({
    kind: 'unproven',
    method: 'ssh-certificate',
    credentialId: fingerprint,
    reason,
  });
  const people = certificate.principals.flatMap((name) => principalBySubject(view.directory, name) ?? []);
  const trusting = people.filter(({ certificateAuthorities }) =>
    certificateAuthorities.some((line) =>
      certificate.authority.equals(Buffer.from(line.split(' ')[1] ?? '', 'base64')),
    ),
  );
  const [person, another] = trusting;
  if (person === undefined) return unproven('credential_unknown');
  const enforced = [sourceAddress];
  const expected = { kind: 'user', authorities: [certificate.authority], at, enforced } as const;
  const fault = certificateFault(certificate, expected);
  if (fault !== undefined) return unproven(reasons[fault]);
  if (another !== undefined) return unproven('certificate_invalid');
  const sources = certificate.criticalOptions.get(sourceAddress);
  if (sources !== undefined && !isAddressWithin(address, optionText(sources) ?? ''))
    return unproven('certificate_elsewhere');
  const { subject, groups, identityProvider } = person;
  return { kind: 'proven', subject, groups, identityProvider, method: 'ssh-certificate', credentialId: fingerprint };
}

const reasons = {
  authority_unknown: 'credential_unknown',
  signature_invalid: 'certificate_invalid',
  wrong_kind: 'certificate_invalid',
  no_principals: 'certificate_invalid',
  not_yet_valid: 'certificate_not_yet_valid',
  expired: 'certificate_expired',
  unknown_critical_option: 'certificate_option_unknown',
} as const satisfies Record<NonNullable<ReturnType<typeof certificateFault>>, GatewayReason>;

/** Who shows this token for databases. */
export async function identityOfToken(view: ControlView, token: string): Promise<Identity> {
  const proof = await verifyToken(token, view.directory, { audience: 'database', nowMillis: systemClock.now() });
  return { ...proof, method: 'database-token' };
}

/** Who came in, as they are now: in which groups, and whether what they showed is still good. */
export function standingOf(view: Pick<ControlView, 'directory'>, identity: ProvenIdentity): Standing {
  const { directory } = view;
  const { subject, credentialId, method } = identity;
  const principal = principalBySubject(directory, subject);
  if (principal === undefined || directory.revoked.has(credentialId)) return { kind: 'gone' };
  if (method === 'ssh-key' && principalBySshKey(directory, credentialId)?.subject !== subject) return { kind: 'gone' };
  return { kind: 'good', groups: principal.groups };
}
