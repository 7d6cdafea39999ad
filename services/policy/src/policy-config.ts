import { z } from 'zod';

/** The section `services.policy` of inland.yaml. */
export const policyConfigSchema = z.strictObject({
  /**
   * An OPA bundle of the operator's own, signed: `replace`: it decides instead of the policy that comes with Inland
   * (entrypoint `inland/decision`); `extend`: it is asked beside it, and can refuse more (`inland/extension`).
   */
  bundle: z
    .strictObject({
      file: z.string().min(1),
      mode: z.enum(['replace', 'extend']).default('extend'),
      /** Public keys (PEM) whose signatures are good. */
      keys: z.array(z.strictObject({ id: z.string().min(1).max(100), file: z.string().min(1) })).min(1),
    })
    .optional(),
  /** How many administrators beside who changes the rules must approve a change before it holds. */
  ruleApprovers: z.int().min(0).max(3).default(0),
  /** Other systems: those that are told of requests for access, and those that carry approvals. Secrets are paths. */
  webhooks: z
    .strictObject({
      notify: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(63),
            url: z.url({ protocol: /^https?$/ }),
            secret: z.string().min(1),
          }),
        )
        .max(20)
        .default([]),
      approvals: z
        .array(z.strictObject({ name: z.string().min(1).max(63), secret: z.string().min(1) }))
        .max(20)
        .default([]),
    })
    .prefault({}),
  /** Whether the regions and jurisdictions that Inland knows are added where they are missing. */
  systemResources: z.boolean().default(true),
});

export type PolicyConfig = z.output<typeof policyConfigSchema>;
