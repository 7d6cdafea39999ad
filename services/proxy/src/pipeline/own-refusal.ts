import type { Decided } from './decider.ts';
import { gatewayDenial, type GatewayReason } from './denials.ts';

/** A refusal that no bundle made: its digests are empty, so that nobody tries to make it again from rules. */
export function ownRefusal(code: GatewayReason, session: string): Decided {
  const { message } = gatewayDenial(code, session);
  return {
    outcome: 'denied',
    reasons: [{ code, rule: '', message }],
    obligations: { mask: [], recordStrict: false, maxSessionSeconds: 0, maxIdleSeconds: 0 },
    bundleDigest: '',
    dataDigest: '',
    inputJson: '',
    controlOffset: 0,
  };
}
