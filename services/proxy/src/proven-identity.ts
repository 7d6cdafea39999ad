import type { ControlView } from '@inland/control-view';
import { principalBySshKey, verifyToken } from '@inland/identity';
import { systemClock } from '@inland/kernel';
import type { Identity } from './pipeline/gateway.ts';

/** Who has this key, which the client has signed with already. */
export function identityOfKey(view: ControlView, fingerprint: string): Identity {
  const principal = principalBySshKey(view.directory, fingerprint);
  if (principal === undefined)
    return { kind: 'unproven', method: 'ssh-key', credentialId: fingerprint, reason: 'credential_unknown' };
  const { subject, groups, identityProvider } = principal;
  return { kind: 'proven', subject, groups, identityProvider, method: 'ssh-key', credentialId: fingerprint };
}

/** Who shows this token for databases. */
export async function identityOfToken(view: ControlView, token: string): Promise<Identity> {
  const proof = await verifyToken(token, view.directory, { audience: 'database', nowMillis: systemClock.now() });
  return { ...proof, method: 'database-token' };
}
