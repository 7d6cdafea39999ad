import type { DecisionInput, DecisionResult } from '@inland/residency';

/** A decision and the place in the control log that it rests on. */
export interface Decided extends DecisionResult {
  readonly controlOffset: number;
}

/** Asks the policy engine, in process, on the state folded so far. Total: it never throws. */
export interface Decider {
  /** `session`: what was approved for one session holds for that one. */
  decide(input: DecisionInput, session?: string): Decided;
}

/** Whether two decisions say the same. */
export function sameVerdict(one: DecisionResult, other: DecisionResult): boolean {
  return (
    one.outcome === other.outcome &&
    JSON.stringify(one.reasons) === JSON.stringify(other.reasons) &&
    JSON.stringify(one.obligations) === JSON.stringify(other.obligations)
  );
}
