import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DecisionInput, DecisionResult } from '@inland/residency';
import { Outcome, type sessionEvents } from '@inland/events';

/** A decision and the place in the control log that it rests on. */
export interface Decided extends DecisionResult {
  readonly controlOffset: number;
}

/** Asks the policy engine, in process, on the state folded so far. Total: it never throws. */
export interface Decider {
  /** `session`: what was approved for one session holds for that one. */
  decide(input: DecisionInput, session?: string): Decided;
}

type DecisionInit = NonNullable<MessageInitShape<(typeof sessionEvents)['AccessDecided']>['decision']>;

/** A decision as it stands in the record. `recordedInput` replaces the input where that holds what must be masked. */
export function decisionMessage(
  decided: Decided,
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

/** Whether two decisions say the same. */
export function sameVerdict(one: DecisionResult, other: DecisionResult): boolean {
  return (
    one.outcome === other.outcome &&
    JSON.stringify(one.reasons) === JSON.stringify(other.reasons) &&
    JSON.stringify(one.obligations) === JSON.stringify(other.obligations)
  );
}
