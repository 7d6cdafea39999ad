import { createRequire } from 'node:module';
import { Fault } from '@inland/kernel';
import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';
import { z } from 'zod';
import { sha256Hex } from './canonical-json.ts';
import type { Verdict } from './decision-memo.ts';
import type { DecisionInput, DecisionObligations } from './decision.ts';

const { loadPolicy } = createRequire(import.meta.url)(
  '@open-policy-agent/opa-wasm',
) as typeof import('@open-policy-agent/opa-wasm');

/** What `inland/extension` says: what it refuses, and what it obliges to. It can allow nothing. */
const extensionSchema = z.strictObject({
  refusals: z
    .array(
      z.strictObject({
        /** A constant such as `own_freeze`. */
        code: z.string().regex(/^own_[a-z0-9_]{1,60}$/),
        /** One sentence that the person can act on. */
        message: z.string().min(1).max(500),
      }),
    )
    .max(100)
    .default([]),
  mask: z.array(z.enum(['email', 'card', 'iban'])).default([]),
  recordStrict: z.boolean().default(false),
  maxSessionSeconds: z.int().min(0).default(0),
  maxIdleSeconds: z.int().min(0).default(0),
});

/** An operator's own policy that is asked beside the one that decides. */
export class PolicyExtension {
  readonly digest: string;
  readonly #policy: LoadedPolicy;

  private constructor(policy: LoadedPolicy, digest: string) {
    this.#policy = policy;
    this.digest = digest;
  }

  /** Takes a module made by `opa build -t wasm -e inland/extension`. Rejects with `invalid_argument` when it is none. */
  static async load(wasm: Uint8Array): Promise<PolicyExtension> {
    try {
      const policy = await loadPolicy(new Uint8Array(wasm).buffer, { initial: 5, maximum: 1_024 });
      if (!('inland/extension' in policy.entrypoints)) throw new Error('it has no entrypoint inland/extension');
      return new PolicyExtension(policy, sha256Hex(wasm));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Fault('invalid_argument', `this is no policy extension: ${why}`, { cause: error });
    }
  }

  setData(data: object): void {
    this.#policy.setData(data);
  }

  /** The verdict with what the extension has against it, and obliges to beside. Throws when it gives no answer. */
  extended(verdict: Verdict, input: DecisionInput): Verdict {
    if (verdict.outcome === 'denied') return verdict;
    const raw = this.#policy.evaluate(input, 'inland/extension') as readonly { readonly result: unknown }[];
    const said = extensionSchema.parse(raw[0]?.result);
    const rule = `PolicyExtension/${this.digest.slice(0, 12)}`;
    const reasons = said.refusals
      .map(({ code, message }) => ({ code, rule, message }))
      .sort((one, other) =>
        one.code < other.code ? -1 : one.code > other.code ? 1 : one.message < other.message ? -1 : 1,
      );
    return {
      ...verdict,
      ...(reasons.length === 0 ? {} : { outcome: 'denied' as const, reasons }),
      obligations: added(verdict.obligations, said),
    };
  }
}

function added(obligations: DecisionObligations, said: z.output<typeof extensionSchema>): DecisionObligations {
  return {
    ...obligations,
    mask: [...new Set([...obligations.mask, ...said.mask])].sort(),
    recordStrict: obligations.recordStrict || said.recordStrict,
    maxSessionSeconds: shorter(obligations.maxSessionSeconds, said.maxSessionSeconds),
    maxIdleSeconds: shorter(obligations.maxIdleSeconds, said.maxIdleSeconds),
  };
}

/** Of two limits, of which 0 is none. */
const shorter = (one: number, other: number): number => (one === 0 || other === 0 ? one + other : Math.min(one, other));
