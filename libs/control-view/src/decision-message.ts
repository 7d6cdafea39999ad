import type { MessageInitShape } from '@bufbuild/protobuf';
import { Outcome, type sessionEvents } from '@inland/events';
import type { ViewDecision } from './control-view.ts';

type DecisionInit = NonNullable<MessageInitShape<(typeof sessionEvents)['AccessDecided']>['decision']>;

/** A decision as it stands in the record. `recordedInput` replaces the input where that holds what must be masked. */
export function decisionMessage(
  decided: ViewDecision,
  recordedInput = decided.inputJson,
  inputWithheld = false,
): DecisionInit {
  return {
    outcome: decided.outcome === 'allowed' ? Outcome.ALLOWED : Outcome.DENIED,
    reasons: decided.reasons.map(({ code, rule, message }) => ({ code, rule, message })),
    obligations: {
      mask: [...decided.obligations.mask],
      recordStrict: decided.obligations.recordStrict,
      maxSessionSeconds: decided.obligations.maxSessionSeconds,
      maxIdleSeconds: decided.obligations.maxIdleSeconds,
      readOnly: decided.obligations.readOnly ?? false,
      noFileTransfer: decided.obligations.noFileTransfer ?? false,
      noForwarding: decided.obligations.noForwarding ?? false,
      reasonRequired: decided.obligations.reasonRequired ?? false,
    },
    bundleDigest: decided.bundleDigest,
    controlOffset: BigInt(decided.controlOffset),
    dataDigest: decided.dataDigest,
    inputJson: recordedInput,
    inputWithheld,
    observed: (decided.observed ?? []).map(({ code, rule, message }) => ({ code, rule, message })),
    approvals: [...(decided.approvals ?? [])],
    exceptions: [...(decided.exceptions ?? [])],
    breakGlass: decided.breakGlass ?? false,
    extensionDigest: decided.extensionDigest ?? '',
  } as DecisionInit;
}
