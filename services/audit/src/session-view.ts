import { z } from 'zod';

const time = z.iso.datetime();

/** A session as the API shows it. */
export const sessionSchema = z.object({
  id: z.string(),
  subject: z.string(),
  groups: z.array(z.string()),
  protocol: z.string(),
  target: z.string(),
  login: z.string(),
  clientAddress: z.string(),
  gatewayRegion: z.string(),
  targetRegion: z.string(),
  /** ISO 3166-1 alpha-2; empty when not known. */
  clientCountry: z.string(),
  outcome: z.string(),
  reasonCode: z.string(),
  rule: z.string(),
  reasonMessage: z.string(),
  startedAt: time,
  endedAt: time.nullable(),
  ending: z.string(),
  endReason: z.string(),
  commands: z.int(),
  maskedValues: z.int(),
  recordingDigest: z.string().nullable(),
});

/** What is known of a command beside its text. */
export const commandDetailsSchema = z.object({
  /** Where the text would send data: host, what leads there, and the region, country or `?`. */
  leadsTo: z.array(z.string()).optional(),
  /** Why the text does not prove where data would go. */
  unproven: z.array(z.string()).optional(),
  /** Of SQL that could be parsed: what its statements are, do and touch. */
  statements: z
    .object({
      fingerprint: z.string(),
      kinds: z.array(z.string()),
      effects: z.array(z.string()),
      relations: z.array(z.string()),
      columns: z.array(z.string()),
    })
    .optional(),
  /** Values bound to a prepared statement, masked. */
  parameters: z.array(z.string()).optional(),
  /** Where a forwarding leads, `host:port`, and the region that the rules know of it; empty when they know none. */
  destination: z.string().optional(),
  destinationRegion: z.string().optional(),
});

export const commandSchema = z.object({
  number: z.int(),
  operation: z.string(),
  text: z.string(),
  outcome: z.string(),
  reasonCode: z.string(),
  rule: z.string(),
  exitStatus: z.int().nullable(),
  status: z.string(),
  rows: z.int(),
  /** Reconstructed from a terminal: seen, not proven. */
  observed: z.boolean(),
  details: commandDetailsSchema,
  submittedAt: time,
  completedAt: time.nullable(),
});

export const decisionSchema = z.object({
  /** 0 is the access itself. */
  command: z.int(),
  outcome: z.string(),
  reasons: z.array(z.object({ code: z.string(), rule: z.string(), message: z.string() })),
  obligations: z.record(z.string(), z.unknown()),
  bundleDigest: z.string(),
  controlOffset: z.number(),
  dataDigest: z.string(),
  inputJson: z.string(),
  inputWithheld: z.boolean(),
  /** What it rests on beside rules: what only audits, approvals, exceptions, an emergency. */
  basis: z.object({
    observed: z.array(z.object({ code: z.string(), rule: z.string(), message: z.string() })).optional(),
    approvals: z.array(z.string()).optional(),
    exceptions: z.array(z.string()).optional(),
    breakGlass: z.boolean().optional(),
    extensionDigest: z.string().optional(),
  }),
});

export const sessionPageSchema = z.object({
  sessions: z.array(sessionSchema),
  /** For `?cursor=` of the next page; null on the last one. */
  next: z.string().nullable(),
});

export const sessionDetailSchema = sessionSchema.extend({
  commandList: z.array(commandSchema),
  /** Whether there are more commands than the list holds. */
  commandsCut: z.boolean(),
  decisions: z.array(decisionSchema),
});

export const verificationSchema = z.object({
  session: z.string(),
  source: z.enum(['log']),
  events: z.int(),
  closed: z.boolean(),
  breaks: z.array(z.object({ index: z.int(), problem: z.string() })),
});

export type SessionView = z.output<typeof sessionSchema>;
export type SessionPage = z.output<typeof sessionPageSchema>;
export type SessionDetail = z.output<typeof sessionDetailSchema>;
export type Verification = z.output<typeof verificationSchema>;

/** A schema for the OpenAPI document. */
export function openApiSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' });
  return rest as Record<string, unknown>;
}
