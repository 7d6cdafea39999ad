import { canonicalJson } from './canonical-json.ts';
import type { DecisionInput, DecisionResult } from './decision.ts';

/** What a decision hangs on beside who, where and what kind of operation; a bundle says so of itself for a target. */
export interface DecisionDepends {
  readonly time: boolean;
  readonly text: boolean;
}

/** A decision without the input that it was made on. */
export type Verdict = Omit<DecisionResult, 'bundleDigest' | 'dataDigest' | 'inputJson'>;

/** Verdicts kept for one access. When there are more, all are forgotten. */
const verdictsMax = 256;
/** A longer operation is decided each time. */
const keyCharsMax = 4 * 1024;

/** The verdicts of one access: of the inputs that differ in operation and time only. */
export class AccessVerdicts {
  readonly #access: DecisionInput;
  readonly #depends: DecisionDepends;
  readonly #before: string;
  readonly #between: string;
  readonly #verdicts = new Map<string, Verdict>();

  /** Whether time alone can turn the verdicts: then none is kept. */
  get timely(): boolean {
    return this.#depends.time;
  }

  constructor(access: DecisionInput, depends: DecisionDepends) {
    this.#access = access;
    this.#depends = depends;
    const { agent, approvals, client, gateway, principal, record, target } = access;
    const before = canonicalJson({ agent, approvals, client, gateway });
    this.#before = `${before.slice(0, -1)},"operation":`;
    this.#between = `,"principal":${canonicalJson(principal)},"record":${canonicalJson(record)},"target":${canonicalJson(target)},"time":`;
  }

  /** Whether an input is of this access: its parts are the very objects. */
  isOf({ agent, approvals, client, gateway, principal, record, target, version }: DecisionInput): boolean {
    const access = this.#access;
    return (
      agent === access.agent &&
      approvals === access.approvals &&
      principal === access.principal &&
      client === access.client &&
      gateway === access.gateway &&
      target === access.target &&
      record === access.record &&
      version === access.version
    );
  }

  /** The verdict on an operation, made by `decide` where it is not known. */
  verdict(input: DecisionInput, decide: () => Verdict): Verdict {
    const { text, ...rest } = input.operation;
    const key = JSON.stringify([rest, text === null || this.#depends.text ? text : '']);
    if (key.length > keyCharsMax) return decide();
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const made = decide();
    if (this.#verdicts.size >= verdictsMax) this.#verdicts.clear();
    this.#verdicts.set(key, made);
    return made;
  }

  /** The same as {@link canonicalJson} of the input. */
  inputJson({ operation, time, version }: DecisionInput): string {
    return `${this.#before}${canonicalJson(operation)}${this.#between}${JSON.stringify(time)},"version":${String(version)}}`;
  }
}

/**
 * Knows the accesses that decide again and again: a session asks with the same objects for who and where, and another
 * operation each time. Of an access that is seen once nothing is kept.
 */
export class DecisionMemo {
  readonly #depends: (input: DecisionInput) => DecisionDepends;
  #seen = new WeakMap<DecisionInput['principal'], AccessVerdicts | 'once'>();

  constructor(depends: (input: DecisionInput) => DecisionDepends) {
    this.#depends = depends;
  }

  /** The rules changed: nothing that was decided before counts. */
  forget(): void {
    this.#seen = new WeakMap();
  }

  /** What is known of this access; undefined where it is new, or must be decided each time. */
  of(input: DecisionInput): AccessVerdicts | undefined {
    const verdicts = this.#of(input);
    return verdicts?.timely === true || input.moments !== undefined ? undefined : verdicts;
  }

  #of(input: DecisionInput): AccessVerdicts | undefined {
    const known = this.#seen.get(input.principal);
    if (known === undefined) {
      this.#seen.set(input.principal, 'once');
      return undefined;
    }
    if (known !== 'once' && known.isOf(input)) return known;
    const made = new AccessVerdicts(input, this.#depends(input));
    this.#seen.set(input.principal, made);
    return made;
  }
}
