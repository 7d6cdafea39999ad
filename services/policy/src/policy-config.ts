import { z } from 'zod';

/** The section `services.policy` of inland.yaml. */
export const policyConfigSchema = z.strictObject({
  /** A policy bundle of the operator's own: a WebAssembly file made by `opa build -t wasm -e inland/decision`. */
  bundleFile: z.string().min(1).optional(),
  /** Whether the regions and jurisdictions that Inland knows are added where they are missing. */
  systemResources: z.boolean().default(true),
});

export type PolicyConfig = z.output<typeof policyConfigSchema>;
