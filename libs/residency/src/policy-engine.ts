import { createRequire } from 'node:module';
import { Fault } from '@inland/kernel';
import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';
import { canonicalJson, sha256Hex } from './canonical-json.ts';
import { DecisionMemo, type DecisionDepends, type Verdict } from './decision-memo.ts';
import type { DecisionInput, DecisionReason, DecisionResult } from './decision.ts';
import { momentsIn } from './moments.ts';
import { policyData } from './policy-data.ts';
import { PolicyExtension } from './policy-extension.ts';
import { reasonCodes, sayReason, type RawReason } from './reason-messages.ts';
import { emptyWorld, type World } from './world.ts';

const { loadPolicy } = createRequire(import.meta.url)(
  '@open-policy-agent/opa-wasm',
) as typeof import('@open-policy-agent/opa-wasm');

interface RawDecision {
  readonly outcome: 'allowed' | 'denied';
  readonly reasons: readonly RawReason[];
  readonly obligations: {
    readonly mask: readonly string[];
    readonly recordStrict: boolean;
    readonly maxSessionSeconds: number;
    /** Absent where an older bundle decides, as what follows. */
    readonly maxIdleSeconds?: number;
    readonly also?: readonly ('readOnly' | 'noFileTransfer' | 'noForwarding' | 'reasonRequired')[];
  };
  readonly observed?: readonly RawReason[];
  readonly approvals?: readonly string[];
  readonly exceptions?: readonly string[];
  readonly breakGlass?: boolean;
}

const order = new Map<string, number>(reasonCodes.map((code, index) => [code, index]));
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const noObligations = { mask: [], recordStrict: false, maxSessionSeconds: 0, maxIdleSeconds: 0 } as const;

/** The default policy, or an operator's own, compiled to WebAssembly; decides in process on the world that was set. */
export class PolicyEngine {
  readonly bundleDigest: string;
  readonly #policy: LoadedPolicy;
  #world: World = emptyWorld;
  #dataDigest = '';
  /** Of targets whose rules speak of hours: in which time zones. */
  #zones: ReadonlyMap<string, readonly string[]> = new Map();
  /** Targets whose rules hang on when they are asked. */
  #timely: ReadonlySet<string> = new Set();
  /** Absent where the bundle does not say what its decisions hang on: then each is made anew. */
  readonly #memo: DecisionMemo | undefined;

  readonly #extension: PolicyExtension | undefined;

  private constructor(policy: LoadedPolicy, bundleDigest: string, extension: PolicyExtension | undefined) {
    this.#policy = policy;
    this.#extension = extension;
    this.bundleDigest = bundleDigest;
    if ('inland/depends' in policy.entrypoints && extension === undefined)
      this.#memo = new DecisionMemo((input) => this.#depends(input));
    this.setWorld(emptyWorld);
  }

  /**
   * Takes a module as `opa build -t wasm -e inland/decision` makes it. Rejects with `invalid_argument` when it is none.
   * `extension`: an operator's own module that is asked beside it.
   */
  static async load(wasm: Uint8Array, extension?: Uint8Array): Promise<PolicyEngine> {
    const beside = extension === undefined ? undefined : await PolicyExtension.load(extension);
    try {
      const policy = await loadPolicy(new Uint8Array(wasm).buffer, { initial: 5, maximum: 1_024 });
      if (!('inland/decision' in policy.entrypoints)) throw new Error('it has no entrypoint inland/decision');
      return new PolicyEngine(policy, sha256Hex(wasm), beside);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Fault('invalid_argument', `this is no policy bundle: ${why}`, { cause: error });
    }
  }

  get world(): World {
    return this.#world;
  }

  /** From now on decides on this world. Milliseconds for thousands of rules: on change, not per decision. */
  setWorld(world: World): void {
    const data = policyData(world);
    this.#memo?.forget();
    this.#policy.setData({ world: data });
    this.#extension?.setData({ world: data });
    this.#world = world;
    const targets = Object.entries(data.targets);
    this.#zones = new Map(targets.flatMap(([name, { zones }]) => (zones === undefined ? [] : [[name, zones]])));
    this.#timely = new Set(
      targets
        .filter(
          ([, { policies, grants }]) =>
            policies.some((name) => data.policies[name]?.timely) || grants.some((name) => data.grants[name]?.timely),
        )
        .map(([name]) => name),
    );
    this.#dataDigest = sha256Hex(canonicalJson(data));
  }

  /** Total: every input gives an outcome. What the policy cannot answer is denied. */
  decide(input: DecisionInput): DecisionResult {
    try {
      const access = this.#memo?.of(input);
      if (access === undefined) return this.#anew(this.#completed(input));

      const verdict = access.verdict(input, () => this.#verdict(input));
      return this.#result(verdict, access.inputJson(input));
    } catch {
      return this.refuse('policy_failed', input);
    }
  }

  #anew(input: DecisionInput): DecisionResult {
    const verdict = this.#verdict(input);
    return this.#result(this.#extension?.extended(verdict, input) ?? verdict, canonicalJson(input));
  }

  /** With what the clocks show, where rules about the target speak of hours; a recorded input has it already. */
  #completed(input: DecisionInput): DecisionInput {
    const zones = this.#zones.get(input.target.name);
    return zones === undefined || input.moments !== undefined
      ? input
      : { ...input, moments: momentsIn(zones, input.time) };
  }

  /** What the policy says. Throws when it says nothing. */
  #verdict(input: DecisionInput): Verdict {
    const raw = (this.#policy.evaluate(input, 'inland/decision') as readonly { readonly result: RawDecision }[])[0]
      ?.result;
    if (raw === undefined || raw.reasons.length === 0) throw new Error('the policy gives no answer');
    const reasons = this.#said(raw.reasons, input);
    const { observed = [], approvals = [], exceptions = [] } = raw;
    const allowed = raw.outcome === 'allowed' && reasons.every(({ code }) => code === 'allowed');
    return {
      outcome: allowed ? 'allowed' : 'denied',
      reasons,
      obligations: {
        mask: [...raw.obligations.mask].sort(),
        recordStrict: raw.obligations.recordStrict,
        maxSessionSeconds: raw.obligations.maxSessionSeconds,
        maxIdleSeconds: raw.obligations.maxIdleSeconds ?? 0,
        ...Object.fromEntries([...(raw.obligations.also ?? [])].sort().map((what) => [what, true])),
      },
      ...(observed.length === 0 ? {} : { observed: this.#said(observed, input) }),
      ...(approvals.length === 0 ? {} : { approvals: [...approvals].sort() }),
      ...(exceptions.length === 0 ? {} : { exceptions: [...exceptions].sort() }),
      ...(raw.breakGlass === true && allowed ? { breakGlass: true as const } : {}),
      ...(this.#timely.has(input.target.name) ? { timely: true as const } : {}),
    };
  }

  /** Each reason once, the first to tell the person first. */
  #said(raw: readonly RawReason[], input: DecisionInput): DecisionReason[] {
    const said = raw
      .map((reason) => sayReason(reason, input, this.#world))
      .sort(
        (one, other) =>
          (order.get(one.code) ?? 99) - (order.get(other.code) ?? 99) ||
          compare(one.rule, other.rule) ||
          compare(one.message, other.message),
      );
    return said.filter(({ message, rule, code }, index) => {
      const before = said[index - 1];
      return before?.message !== message || before.rule !== rule || before.code !== code;
    });
  }

  #depends(input: DecisionInput): DecisionDepends {
    const raw = this.#policy.evaluate(input, 'inland/depends') as readonly { readonly result: DecisionDepends }[];
    return raw[0]?.result ?? { time: true, text: true };
  }

  /**
   * Those of the patterns that are no regular expressions (RE2) to this policy. Faults with `misconfigured` when the
   * module cannot say so: an operator's own may have `inland/decision` only.
   */
  unreadablePatterns(patterns: readonly string[]): string[] {
    try {
      const raw = this.#policy.evaluate({ patterns }, 'inland/unreadable_patterns') as readonly {
        readonly result: string[];
      }[];
      return raw[0]?.result ?? [];
    } catch (error) {
      throw new Fault('misconfigured', 'this policy bundle cannot check patterns', { cause: error });
    }
  }

  /** A refusal that does not come from the rules but from their state. */
  refuse(code: 'policy_failed' | 'policy_stale' | 'policy_missing', input: DecisionInput): DecisionResult {
    const reason = sayReason({ code, rule: '', kind: '' }, input, this.#world);
    return this.#result({ outcome: 'denied', reasons: [reason], obligations: noObligations }, canonicalJson(input));
  }

  #result(verdict: Verdict, inputJson: string): DecisionResult {
    const { digest } = this.#extension ?? {};
    return {
      ...verdict,
      bundleDigest: this.bundleDigest,
      ...(digest === undefined ? {} : { extensionDigest: digest }),
      dataDigest: this.#dataDigest,
      inputJson,
    };
  }
}
