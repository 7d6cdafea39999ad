import { createPrivateKey } from 'node:crypto';
import { issueCertificate } from '@inland/ssh-certificates';
import { newSshKeyPair } from '@inland/ssh-keys';
import ssh2 from 'ssh2';
import type { TargetLogin } from './pipeline/gateway.ts';
import type { SshAuthority } from './ssh-authority.ts';

/** How long a certificate opens a target. */
const validMillis = 5 * 60 * 1000;
/** The target's clock may be behind. */
const skewMillis = 60 * 1000;

/** A key and a certificate for one session: the target's log names it and the person. */
export function sessionCertificate(
  authority: SshAuthority,
  request: {
    readonly login: string;
    readonly session: { readonly id: string; readonly subject: string };
    readonly permit: readonly string[];
    readonly now: Date;
  },
): TargetLogin {
  const { login, session, permit, now } = request;
  const pair = newSshKeyPair();
  const parsed = ssh2.utils.parseKey(pair.private);
  if (parsed instanceof Error) throw parsed;
  const { line } = issueCertificate(authority.key, {
    kind: 'user',
    key: createPrivateKey(parsed.getPrivatePEM()),
    keyId: `inland session ${session.id} ${session.subject}`,
    principals: [login],
    validAfter: new Date(now.getTime() - skewMillis),
    validBefore: new Date(now.getTime() + validMillis),
    extensions: ['permit-pty', ...permit.map((what) => `permit-${what}`)],
  });
  return { name: login, privateKey: pair.private, certificate: line };
}
