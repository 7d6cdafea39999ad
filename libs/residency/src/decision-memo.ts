import { canonicalJson } from './canonical-json.ts';
import type { DecisionInput, DecisionResult } from './decision.ts';

/** What a decision hangs on beside who, where and what kind of operation; a bundle says so of itself for a target. */
export interface DecisionDepends {
  readonly time: boolean;
  readonly text: boolean;
}

/** A decision without the input that it was made on. */
export type Verdict = Pick<DecisionResult, 'outcome' | 'reasons' | 'obligations'>;

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

  constructor(access: DecisionInput, depends: DecisionDepends) {
    this.#access = access;
    this.#depends = depends;
    const { client, gateway, principal, record, target } = access;
    this.#before = `{"client":${canonicalJson(client)},"gateway":${canonicalJson(gateway)},"operation":`;
    this.#between = `,"principal":${canonicalJson(principal)},"record":${canonicalJson(record)},"target":${canonicalJson(target)},"time":`;
  }

  /** Whether an input is of this access: its parts are the very objects. */
  isOf({ client, gateway, principal, record, target, version }: DecisionInput): boolean {
    const access = this.#access;
    return (
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
    if (this.#depends.time) return decide();
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

  of(input: DecisionInput): AccessVerdicts | undefined {
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
