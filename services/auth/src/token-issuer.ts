import type { ControlView } from '@inland/control-view';
import type { Coordination } from '@inland/coordination';
import type { EventLog } from '@inland/event-log';
import { controlRecord } from '@inland/events';
import { mintToken, principalBySubject, type TokenAudience } from '@inland/identity';
import { Fault, type Clock } from '@inland/kernel';
import type { SigningKey } from './signing-key.ts';

export interface IssuedToken {
  /** A secret: given to the person, kept nowhere. */
  readonly token: string;
  readonly credentialId: string;
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
}

export interface TokenIssuerParts {
  readonly log: EventLog;
  readonly view: ControlView;
  readonly coordination: Coordination;
  readonly source: string;
  readonly signingKey: SigningKey;
  readonly clock: Clock;
  readonly perMinuteMax: number;
}

/** Gives out short-lived credentials. What it gives is in the log before anybody has it. */
export class TokenIssuer {
  readonly #parts: TokenIssuerParts;

  constructor(parts: TokenIssuerParts) {
    this.#parts = parts;
  }

  /** Rejects with `unauthenticated` when nobody is known by the subject now, `resource_exhausted` when asked too often. */
  async issue(request: {
    readonly subject: string;
    readonly audience: TokenAudience;
    readonly ttlSeconds: number;
    readonly target?: string | undefined;
  }): Promise<IssuedToken> {
    const { log, view, coordination, source, signingKey, clock, perMinuteMax } = this.#parts;
    const { subject, audience, ttlSeconds, target } = request;
    if (principalBySubject(view.directory, subject) === undefined)
      throw new Fault('unauthenticated', 'you are not known any more; ask your platform team');
    if ((await coordination.count(`rate:token-${subject}`, 60_000)) > perMinuteMax)
      throw new Fault('resource_exhausted', 'too many tokens; use the one you have, or try again in a minute');
    const { privateKey, keyId } = signingKey;
    const minted = await mintToken({
      privateKey,
      keyId,
      subject,
      audience,
      ttlSeconds,
      nowMillis: clock.now(),
      ...(target === undefined ? {} : { target }),
    });
    const { token, credentialId, expiresAtMillis } = minted;
    const issued = { credentialId, subject, audience, expiresAtMillis: BigInt(expiresAtMillis), target: target ?? '' };
    const event = controlRecord('CredentialIssued', issued, { source, subject: `Credential/${credentialId}` });
    await log.append('inland.control.v1', [event]);
    return { token, credentialId, expiresAt: new Date(expiresAtMillis).toISOString() };
  }

  /** From when it resolves, this replica takes the credential no more; others as soon as they have read the log. */
  async revoke(credentialId: string, actor: string): Promise<void> {
    const { log, view, source } = this.#parts;
    if (view.directory.revoked.has(credentialId)) return;
    const event = controlRecord(
      'CredentialRevoked',
      { credentialId, actor },
      { source, subject: `Credential/${credentialId}` },
    );
    const { offset } = await log.append('inland.control.v1', [event]);
    await view.waitFor(offset);
  }
}
