import { z } from 'zod';

/** The section `services.policy` of inland.yaml. */
export const policyConfigSchema = z.strictObject({
  /** A policy bundle of the operator's own: a WebAssembly file made by `opa build -t wasm -e inland/decision`. */
  bundleFile: z.string().min(1).optional(),
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
