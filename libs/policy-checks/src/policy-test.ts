import { z } from 'zod';

const country = z
  .string()
  .regex(/^([A-Z]{2}(-[A-Z0-9]{1,3})?|unknown)$/, 'an ISO 3166 code such as DE or CA-QC, or unknown');
const region = z.string().min(1).max(63);
const effect = z.enum(['read', 'write', 'schema', 'administration', 'export']);

const access = z.strictObject({
  as: z.string().min(1).max(256).describe('Who asks; alice, when absent.').optional(),
  groups: z.array(z.string().min(1).max(128)).max(1000).describe('The groups that person is in.').optional(),
  from: country.describe('Where the client is.').optional(),
  gateway: region.describe('Where the gateway runs; where the target is, when absent.').optional(),
  record: region.describe('Where the record is kept; where the gateway runs, when absent.').optional(),
  to: z.string().min(1).max(63).describe('The target.').optional(),
  login: z.string().min(1).max(63).describe("The login there; the target's first, when absent.").optional(),
  operation: z.string().min(1).max(64).describe('connect, when absent.').optional(),
  text: z.string().max(65_536).describe('The command, the statement or the path.').optional(),
  effects: z
    .array(effect)
    .nullable()
    .describe('What a statement does; read from its text, when absent. null: it does not tell.')
    .optional(),
  destination: z
    .strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535), region: region.nullable() })
    .describe('Where a forwarding leads.')
    .optional(),
  time: z.iso.datetime().optional(),
});

const expectation = z.strictObject({
  outcome: z.enum(['allowed', 'denied']),
  reason: z.string().describe('The code of a reason, such as residency_client_outside.').optional(),
  rule: z.string().describe('What says so, such as ResidencyPolicy/personal-data-stays-in-eea.').optional(),
  mask: z.array(z.string()).describe('All that is masked.').optional(),
  record: z.enum(['bounded', 'strict']).optional(),
  maxSessionSeconds: z.int().optional(),
  maxIdleSeconds: z.int().optional(),
});

/** What rules are to say of accesses: kept beside them, run before they are applied. */
export const policyTestSchema = z.strictObject({
  apiVersion: z.literal('inland/v1'),
  kind: z.literal('PolicyTest'),
  metadata: z.strictObject({ name: z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/) }),
  spec: z.strictObject({
    given: access.prefault({}).describe('What holds for every case that does not say otherwise.'),
    cases: z
      .array(z.strictObject({ name: z.string().min(1).max(200), access: access.prefault({}), expect: expectation }))
      .min(1)
      .max(10_000),
  }),
});

export type PolicyTest = z.output<typeof policyTestSchema>;
export type StatedAccess = z.output<typeof access>;

/** The JSON Schema (2020-12) of a PolicyTest, for editors. */
export function policyTestJsonSchema(): object {
  return z.toJSONSchema(policyTestSchema, { io: 'input' });
}
