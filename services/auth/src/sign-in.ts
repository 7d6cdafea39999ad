import { randomBytes } from 'node:crypto';
import type { ControlView } from '@inland/control-view';
import type { Coordination } from '@inland/coordination';
import { principalBySshKey, type Principal } from '@inland/identity';
import { Fault } from '@inland/kernel';
import { z } from 'zod';
import { readSshKey } from './ssh-keys.ts';

const challengeMillis = 60_000;
const windowMillis = 60_000;
/** Challenges of everybody together, a minute: a bound on memory. */
const challengesMax = 20_000;

export const signInSchema = z.strictObject({
  /** authorized_keys form. */
  publicKey: z.string().min(1).max(16_384),
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a challenge as it was given'),
  /** Base64 of the key's signature over `inland-login-v1`, a line feed and the challenge. RSA: with SHA-512. */
  signature: z.string().min(1).max(8_192),
});
export type SignInRequest = z.output<typeof signInSchema>;

export interface SignInParts {
  readonly coordination: Coordination;
  readonly view: ControlView;
  readonly attemptsPerMinuteMax: number;
}

/** Proves people by their SSH keys: a challenge that is good once and for a minute, and a signature over it. */
export class SignIn {
  readonly #parts: SignInParts;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Rejects with `resource_exhausted` when this address, or everybody together, asks too often. */
  async challenge(address: string): Promise<string> {
    await this.#bound(`challenge-${address}`, this.#parts.attemptsPerMinuteMax);
    await this.#bound('challenge', challengesMax);
    const challenge = randomBytes(32).toString('base64url');
    if (!(await this.#parts.coordination.putOnce(`challenge:${challenge}`, '1', challengeMillis)))
      throw new Fault('internal', 'a challenge was drawn twice');
    return challenge;
  }

  /**
   * Who signed. Rejects with `unauthenticated`, the same for whatever does not hold, and uses the challenge up; with
   * `resource_exhausted` when this address tries too often.
   */
  async prove(request: SignInRequest, address: string): Promise<Principal> {
    await this.#bound(`sign-in-${address}`, this.#parts.attemptsPerMinuteMax);
    const fresh = (await this.#parts.coordination.takeOnce(`challenge:${request.challenge}`)) !== undefined;
    const key = fresh ? readSshKey(request.publicKey) : undefined;
    const principal = key === undefined ? undefined : principalBySshKey(this.#parts.view.directory, key.fingerprint);
    const signed = Buffer.from(`inland-login-v1\n${request.challenge}`);
    if (principal === undefined || key === undefined || !key.verify(signed, Buffer.from(request.signature, 'base64')))
      throw new Fault(
        'unauthenticated',
        'this key proves nobody here, or the challenge is used up. Your platform team can enrol its public half.',
      );
    return principal;
  }

  async #bound(what: string, max: number): Promise<void> {
    if ((await this.#parts.coordination.count(`rate:${what}`, windowMillis)) > max)
      throw new Fault('resource_exhausted', 'too many attempts; try again in a minute');
  }
}
