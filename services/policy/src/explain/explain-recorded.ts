import { DecisionReplay } from '@inland/control-view';
import type { EventLog, StoredEvent } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { explainDecision, smallestChanges, type AccessChange, type ExplainNode } from '@inland/policy-checks';
import type { DecisionInput, DecisionResult } from '@inland/residency';
import { z } from 'zod';

/** A decision as the record has it. */
export const recordedSchema = z.strictObject({
  inputJson: z
    .string()
    .min(2)
    .max(1024 * 1024),
  bundleDigest: z.string().min(1).max(128),
  dataDigest: z.string().min(1).max(128),
  controlOffset: z.int().min(0),
});
export type Recorded = z.output<typeof recordedSchema>;

export interface RecordedExplanation {
  readonly decision: DecisionResult;
  /** Whether the rules of then, folded again from the log, are those that decided: by their digests. */
  readonly same: boolean;
  readonly tree: ExplainNode;
  readonly changes: readonly AccessChange[];
}

/** Explains decisions of the record, by the rules and the bundle of then. */
export class ExplainRecorded {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Rejects with `not_found` where no bundle decided then, `permission_denied` for what is not the caller's. */
  async explain(
    { inputJson, bundleDigest, dataDigest, controlOffset }: Recorded,
    caller: { readonly subject: string; readonly seesAll: boolean },
  ): Promise<RecordedExplanation> {
    const input = inputOf(inputJson);
    if (!caller.seesAll && input.principal.subject !== caller.subject)
      throw new Fault('permission_denied', 'the decisions of others are for auditors and administrators');
    const events: StoredEvent[] = [];
    for await (const stored of this.#log.read({ topic: 'inland.control.v1', partition: 0, from: 0, to: controlOffset }))
      events.push(stored);
    const engine = await new DecisionReplay(events).engineAt(controlOffset);
    if (engine === undefined) throw new Fault('not_found', 'no policy bundle was active then');
    const decision = engine.decide(input);
    const to = { ownGrantsOnly: !caller.seesAll };
    return {
      decision,
      same: decision.bundleDigest === bundleDigest && decision.dataDigest === dataDigest,
      tree: explainDecision(engine.world, decision, to),
      changes: decision.outcome === 'denied' ? smallestChanges(engine, input, to) : [],
    };
  }
}

function inputOf(json: string): DecisionInput {
  try {
    const input = JSON.parse(json) as DecisionInput;
    if (typeof input.principal.subject === 'string' && typeof input.target.name === 'string') return input;
  } catch {
    // falls through: it is none
  }
  throw new Fault('invalid_argument', 'inputJson is no input of a decision; take it from the record as it is');
}
