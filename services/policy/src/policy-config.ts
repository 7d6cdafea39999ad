import { z } from 'zod';

const region = z.string().min(1).max(63);

/** The section `services.policy` of inland.yaml. */
export const policyConfigSchema = z.strictObject({
  /** A policy bundle of the operator's own: a WebAssembly file made by `opa build -t wasm -e inland/decision`. */
  bundleFile: z.string().min(1).optional(),
  /** Whether the regions and jurisdictions that Inland knows are added where they are missing. */
  systemResources: z.boolean().default(true),
  /** Where the record is kept, for explanations; this region, when absent. */
  record: z
    .strictObject({ log: region.optional(), recordings: region.optional(), projections: region.optional() })
    .prefault({}),
  /** As the proxy has them: networks whose people are in a country that the operator vouches for. */
  trustedNetworks: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        cidrs: z.array(z.string()).min(1),
        country: z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code such as DE'),
      }),
    )
    .default([]),
});

export type PolicyConfig = z.output<typeof policyConfigSchema>;
