import { z } from 'zod';

const region = z.string().min(1).max(63);
const country = z.string().regex(/^[A-Z]{2}$/);
const text = z.string();

/**
 * The contract of a policy bundle: what it is asked with, version 1. A version adds fields that may be absent, and never
 * takes one away or gives it another meaning; whatever cannot be added so is a new version.
 */
export const decisionInputSchema = z
  .strictObject({
    version: z.literal(1),
    principal: z.strictObject({
      subject: text,
      groups: z.array(text),
      identityProvider: text,
      multiFactor: z.boolean(),
    }),
    client: z.strictObject({
      country: country.nullable().describe('ISO 3166-1 alpha-2; null: not known.'),
      network: text.nullable().describe('The network of the operator that the address lies in.'),
      subdivision: text.optional().describe('ISO 3166-2, where it is known.'),
      source: text.optional().describe('What says so, with its edition, where it is no network.'),
    }),
    gateway: z.strictObject({ region }),
    agent: z.strictObject({ region }).optional().describe("What reaches the target in the gateway's stead."),
    target: z.strictObject({
      name: text,
      protocol: z.enum(['ssh', 'postgres']),
      login: text,
      evidence: z
        .strictObject({ address: text, region: region.nullable(), country: country.nullable(), source: text })
        .optional()
        .describe('What can be seen of where it is.'),
    }),
    record: z.strictObject({
      log: region,
      recordings: region,
      projections: region,
      masking: region.optional(),
    }),
    operation: z.strictObject({
      kind: text.describe('connect, recording.view, or a kind of command such as ssh.exec or postgres.query.'),
      text: text.nullable().describe('The command, the path, where a forwarding leads; null where there is none.'),
      effects: z
        .array(z.enum(['read', 'write', 'schema', 'administration', 'export']))
        .nullable()
        .optional()
        .describe('What a statement does; null: its text does not tell.'),
      relations: z.array(text).optional(),
      destination: z
        .strictObject({ host: text, port: z.int(), region: region.nullable() })
        .optional()
        .describe('Where a forwarding leads.'),
      destinations: z
        .array(z.strictObject({ host: text, via: text, region: region.nullable(), country: country.optional() }))
        .optional()
        .describe('Where the text would send data, as far as it tells.'),
      unproven: z.array(text).optional().describe('Why the text does not prove where data would go.'),
    }),
    approvals: z
      .array(
        z.strictObject({
          id: text,
          operation: text,
          login: text,
          reason: text,
          ticket: text,
          seconds: z.int(),
          once: z.boolean(),
          breakGlass: z.boolean(),
          until: z.iso.datetime(),
          approvers: z.array(z.strictObject({ subject: text, groups: z.array(text) })),
        }),
      )
      .optional()
      .describe('What this person asked for at this target, and who approved it.'),
    time: z.iso.datetime().describe('RFC 3339, UTC, with milliseconds.'),
    moments: z
      .record(
        text,
        z.strictObject({
          day: z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
          minute: z.int().min(0).max(1439),
        }),
      )
      .optional()
      .describe('What clocks show then, by time zone.'),
  })
  .meta({ title: 'Inland decision input, version 1' });

/** The JSON Schema (2020-12) of what a policy bundle is asked with. */
export function decisionInputJsonSchema(): object {
  return z.toJSONSchema(decisionInputSchema, { io: 'input' });
}
