import type { DecisionInput, DecisionObligations, PolicyEngine } from '@inland/residency';

/** A decision as it stands in the record. */
export interface RecordedDecision {
  readonly session: string;
  /** 0: the access itself. */
  readonly command: number;
  /** RFC 3339. */
  readonly time: string;
  readonly outcome: 'allowed' | 'denied';
  readonly obligations: DecisionObligations;
  /** The whole input as JSON; empty where the gateway refused by itself, before any rule. */
  readonly inputJson: string;
  /** It hung on a value that the record does not hold. */
  readonly inputWithheld: boolean;
}

export interface WhatIfExample {
  readonly session: string;
  readonly command: number;
  readonly time: string;
  readonly subject: string;
  readonly target: string;
  readonly operation: string;
  /** Why it would come out as it would. */
  readonly code: string;
  readonly rule: string;
  readonly message: string;
}

/** What would come out otherwise in one way. */
export interface WhatIfChange {
  readonly decisions: number;
  /** How many decisions of each, the most first; at most 100 of each. */
  readonly people: readonly (readonly [string, number])[];
  readonly targets: readonly (readonly [string, number])[];
  readonly sessions: number;
  /** The first of them. */
  readonly examples: readonly WhatIfExample[];
}

export interface WhatIfReport {
  /** How many were made again. */
  readonly decisions: number;
  /** How many could not be: the record does not hold all that they hung on. */
  readonly withheld: number;
  readonly unchanged: number;
  readonly refusedNow: WhatIfChange;
  readonly allowedNow: WhatIfChange;
  /** Allowed as before, with other obligations. */
  readonly obligedOtherwise: WhatIfChange;
}

const examplesMax = 20;
const namesMax = 100;
/** Names that are counted one by one; who comes on top is counted in all the same. */
const countedMax = 100_000;

/** Makes recorded decisions again by the rules of an engine, and counts what would come out otherwise. */
export class WhatIf {
  readonly #engine: PolicyEngine;
  readonly #refused = new Tally();
  readonly #allowed = new Tally();
  readonly #obliged = new Tally();
  #decisions = 0;
  #withheld = 0;
  #unchanged = 0;

  constructor(engine: PolicyEngine) {
    this.#engine = engine;
  }

  add(recorded: RecordedDecision): void {
    if (recorded.inputJson === '') return;
    if (recorded.inputWithheld) {
      this.#withheld += 1;
      return;
    }
    // Other rules may speak of other hours: what clocks showed is worked out anew.
    const { moments: _then, ...input } = JSON.parse(recorded.inputJson) as DecisionInput;
    const { outcome, reasons, obligations } = this.#engine.decide(input);
    this.#decisions += 1;
    const tally =
      outcome !== recorded.outcome
        ? outcome === 'denied'
          ? this.#refused
          : this.#allowed
        : outcome === 'allowed' && !same(obligations, recorded.obligations)
          ? this.#obliged
          : undefined;
    if (tally === undefined) {
      this.#unchanged += 1;
      return;
    }
    const { code = '', rule = '', message = '' } = reasons[0] ?? {};
    tally.add({
      session: recorded.session,
      command: recorded.command,
      time: recorded.time,
      subject: input.principal.subject,
      target: input.target.name,
      operation: input.operation.kind,
      code,
      rule,
      message,
    });
  }

  report(): WhatIfReport {
    return {
      decisions: this.#decisions,
      withheld: this.#withheld,
      unchanged: this.#unchanged,
      refusedNow: this.#refused.change(),
      allowedNow: this.#allowed.change(),
      obligedOtherwise: this.#obliged.change(),
    };
  }
}

const same = (one: DecisionObligations, other: DecisionObligations): boolean =>
  one.recordStrict === other.recordStrict &&
  one.maxSessionSeconds === other.maxSessionSeconds &&
  one.maxIdleSeconds === other.maxIdleSeconds &&
  one.mask.join() === other.mask.join();

class Tally {
  readonly #people = new Map<string, number>();
  readonly #targets = new Map<string, number>();
  readonly #sessions = new Set<string>();
  readonly #examples: WhatIfExample[] = [];
  #decisions = 0;

  add(example: WhatIfExample): void {
    this.#decisions += 1;
    count(this.#people, example.subject);
    count(this.#targets, example.target);
    if (this.#sessions.size < countedMax) this.#sessions.add(example.session);
    if (this.#examples.length < examplesMax) this.#examples.push(example);
  }

  change(): WhatIfChange {
    return {
      decisions: this.#decisions,
      people: most(this.#people),
      targets: most(this.#targets),
      sessions: this.#sessions.size,
      examples: this.#examples,
    };
  }
}

function count(names: Map<string, number>, name: string): void {
  if (names.has(name) || names.size < countedMax) names.set(name, (names.get(name) ?? 0) + 1);
}

const most = (names: ReadonlyMap<string, number>): (readonly [string, number])[] =>
  [...names].sort(([, one], [, other]) => other - one).slice(0, namesMax);
