import { z } from 'zod';

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9:.-]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits, ".", ":" and "-", at most 63, such as orders-eu',
  );
const country = z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code of two capital letters, such as DE');
const subdivision = z.string().regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, 'an ISO 3166-2 code such as CA-QC');
const labels = z.record(z.string().max(63), z.string().max(63));
const names = z.array(z.string().min(1).max(128)).max(1000);
const detectors = z.array(z.enum(['email', 'card', 'iban']));
const dataClass = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a word such as personal, payment, health or none');
const operation = z
  .string()
  .regex(/^(\*|connect|(ssh|postgres)\.(\*|[a-z-]+))$/, 'connect, ssh.exec, ssh.*, postgres.read, postgres.* or *');
const hostAndPort = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/, 'host:port, such as db.internal:5432');
const secretPath = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_.-]+)*$/, 'a path below the secrets folder, such as prod/orders')
  .refine((path) => !path.split('/').includes('..'), 'must not leave the secrets folder');

const pattern = z.string().min(1).max(1000);
const host = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^(\*\.)?[A-Za-z0-9_.:-]+(\/\d{1,3})?$|^(s3|gs|az|rclone|kube|docker):\/\/[A-Za-z0-9_.-]+$/,
    'a host, an address, *.example.com, a range such as 10.0.0.0/8, or a bucket such as s3://exports',
  );

const people = z.strictObject({ groups: names.optional(), people: names.optional() });
const endOfValidity = z
  .union([z.iso.date(), z.iso.datetime()], {
    error: 'a day such as 2026-12-31, or a time such as 2026-12-31T17:00:00Z',
  })
  .describe('A day (2026-12-31: its end, UTC), or a time such as 2026-12-31T17:00:00Z.');
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day such as 08:30');
const timeZone = z.string().max(64).refine(isTimeZone, 'a time zone such as Europe/Berlin or UTC');
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const hours = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays]),
    from: clock.default('00:00'),
    to: clock.default('24:00').describe('Not with it. Earlier than `from`: on the next day.'),
    zone: timeZone,
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must be another time than from' });

const approvalFields = {
  by: names.min(1).describe('Members of any of these groups may approve; never the person who asks.'),
  approvers: z.int().min(1).max(5).default(1).describe('How many different people must approve.'),
  maxSeconds: z.int().min(60).max(2_592_000).default(3_600).describe('The longest time that may be approved.'),
  once: z.boolean().default(false).describe('Good for one session only.'),
  ticket: z.boolean().default(false).describe('A ticket id must be given.'),
};

const part = z.enum(['client', 'gateway', 'agent', 'target', 'record', 'viewer', 'destination']);

const within = z.strictObject({ within: names.min(1).describe('Jurisdictions, countries or regions; one must hold.') });
const selector = z.strictObject({
  names: names.optional(),
  labels: labels.optional(),
  dataClasses: z.array(dataClass).min(1).optional().describe('Targets where any of these lies.'),
});

/** What each kind of resource says. `docs/` and editors read their JSON Schemas, which come from here. */
export const specs = {
  Region: z
    .strictObject({
      country,
      subdivision: subdivision.optional(),
      city: z.string().max(80).optional(),
      provider: z.string().max(40).optional(),
    })
    .refine((spec) => spec.subdivision === undefined || spec.subdivision.startsWith(`${spec.country}-`), {
      path: ['subdivision'],
      message: 'must be one of the country',
    }),
  Jurisdiction: z.strictObject({
    description: z.string().max(500).optional(),
    countries: z.array(country.or(subdivision)).default([]).describe('Countries, and subdivisions such as CA-QC.'),
    includes: z.array(name.or(z.string().regex(/^[A-Z][A-Za-z0-9-]{0,40}$/))).default([]),
  }),
  Target: z
    .strictObject({
      protocol: z.enum(['ssh', 'postgres']),
      address: hostAndPort,
      region: z.string().min(1).max(63),
      regionProof: z
        .enum(['checked', 'declared'])
        .default('checked')
        .describe('checked: an address that is seen to be elsewhere refuses access. declared: your word counts.'),
      dataClasses: z.array(dataClass).min(1).describe('What lies there; [none] when nothing sensitive does.'),
      logins: z
        .array(
          z
            .strictObject({
              name: z.string().min(1).max(63),
              secret: secretPath.optional().describe('Where the gateway finds the credential.'),
              certificate: z
                .literal(true)
                .optional()
                .describe(
                  "SSH: a certificate of the gateway's own authority, for five minutes, made for each session.",
                ),
              permit: z
                .array(z.enum(['agent-forwarding', 'port-forwarding', 'X11-forwarding']))
                .max(3)
                .optional()
                .describe('What the certificate lets the target do beside a terminal.'),
            })
            .refine(({ secret, certificate }) => (secret === undefined) !== (certificate === undefined), {
              message: 'a login has a secret, or certificate: true',
            })
            .refine(({ certificate, permit }) => certificate !== undefined || permit === undefined, {
              message: 'permit is for a login with certificate: true',
            }),
        )
        .min(1)
        .describe('Accounts at the target, and what opens them.'),
      hostKeys: z
        .array(z.string().regex(/^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+$/, 'a public key such as "ssh-ed25519 AAAA…"'))
        .optional(),
      tls: z
        .strictObject({
          mode: z.enum(['verify-full', 'verify-ca', 'disable']).default('verify-full'),
          ca: z.string().optional(),
          serverName: z.string().optional(),
        })
        .optional(),
    })
    .refine(({ protocol, logins }) => protocol === 'ssh' || logins.every(({ secret }) => secret !== undefined), {
      path: ['logins'],
      message: 'certificate: true is for SSH; a database login has a secret',
    }),
  ResidencyPolicy: z
    .strictObject({
      description: z.string().max(2_000).optional(),
      enforce: z
        .enum(['deny', 'audit'])
        .default('deny')
        .describe('audit: records what it would refuse, refuses nothing.'),
      covers: z
        .strictObject({
          dataClasses: z.array(dataClass).optional(),
          targetLabels: labels.optional(),
          targets: names.optional(),
          groups: names.optional(),
          people: names.optional(),
        })
        .describe('What the rule is about; every part that is given must match. {} covers everything.'),
      require: z
        .strictObject({
          client: within.optional(),
          gateway: within.optional(),
          agent: within.optional().describe('Where the target is reached from; the gateway, where it does so itself.'),
          target: within.optional(),
          record: within.optional().describe('Log, recordings, projections and masking.'),
          viewer: within.optional().describe('Who looks at what was recorded.'),
          destination: within
            .optional()
            .describe('Where a forwarding or a command may lead; as for the target, when absent.'),
        })
        .default({}),
      exceptions: z
        .array(
          z.strictObject({
            name: name.describe('The record of a decision that rests on it names it.'),
            parts: z.array(part).min(1).describe('Whose place may be elsewhere.'),
            within: names.min(1).describe('Where it may be, beside what is required.'),
            for: people.optional().describe('For whom; everybody, when absent.'),
            legalBasis: z.string().min(1).max(500).describe('Such as: standard contractual clauses of 2026-02-01.'),
            approver: z.string().min(1).max(256).describe('Who answers for it.'),
            until: endOfValidity,
          }),
        )
        .max(100)
        .default([]),
      approval: z
        .strictObject({
          ...approvalFields,
          operations: z.array(operation).default(['connect']).describe('What must be approved by somebody else.'),
        })
        .optional(),
      unknownDestinations: z
        .enum(['refuse', 'approve', 'allow'])
        .default('refuse')
        .describe('What a command names as its destination, and nobody knows the place of.'),
      unprovenCommands: z
        .enum(['refuse', 'approve', 'allow'])
        .default('allow')
        .describe('Commands whose text does not prove where they would send data.'),
      forbid: z
        .array(
          z.strictObject({
            operations: z.array(operation).min(1),
            matching: pattern
              .optional()
              .describe('A regular expression (RE2) on the text of the command, or the path.'),
            unless: pattern.optional().describe('Forbidden only where the text does not match this (RE2).'),
            because: z.string().min(1).max(300),
          }),
        )
        .default([]),
      obligations: z
        .strictObject({
          mask: detectors.default([]),
          record: z.enum(['bounded', 'strict']).default('bounded'),
          maxSessionSeconds: z.int().min(0).max(604_800).default(0),
          maxIdleSeconds: z.int().min(0).max(604_800).default(0),
          readOnly: z.boolean().default(false).describe('SQL that reads, and files that are read; no shell.'),
          noFileTransfer: z.boolean().default(false),
          noForwarding: z.boolean().default(false),
          reasonRequired: z.boolean().default(false).describe('A person says why: `inland request TARGET --reason …`.'),
        })
        .prefault({}),
    })
    .refine(
      ({ approval, unknownDestinations, unprovenCommands }) =>
        approval !== undefined || (unknownDestinations !== 'approve' && unprovenCommands !== 'approve'),
      { path: ['approval'], message: 'must say by whom, where unknown or unproven destinations can be approved' },
    ),
  Destination: z
    .strictObject({
      description: z.string().max(500).optional(),
      hosts: z.array(host).min(1).max(1000),
      region: z.string().min(1).max(63),
    })
    .describe('Places that are no targets, but that data can be sent to: hosts, and where they are.'),
  AccessGrant: z
    .strictObject({
      description: z.string().max(500).optional(),
      subjects: z.strictObject({ groups: names.default([]), people: names.default([]) }),
      targets: selector,
      logins: names.min(1),
      operations: z.array(operation).min(1),
      notBefore: z.iso.datetime().optional().describe('It holds from then on, such as 2026-12-01T00:00:00Z.'),
      until: endOfValidity.optional(),
      when: z.array(hours).min(1).max(20).optional().describe('The hours at which it holds; any of them.'),
      approval: z.strictObject(approvalFields).optional().describe('It holds for a session that somebody approved.'),
      breakGlass: z
        .boolean()
        .default(false)
        .describe('For emergencies: two people approve, everybody is told. Residency rules hold all the same.'),
    })
    .refine(({ breakGlass, approval }) => !breakGlass || (approval?.approvers ?? 0) >= 2, {
      path: ['approval', 'approvers'],
      message: 'break-glass needs an approval by two people or more',
    }),
  MaskingRule: z.strictObject({
    description: z.string().max(500).optional(),
    detect: detectors.min(1),
    targets: selector.prefault({}),
  }),
} as const;

export type ResourceKind = keyof typeof specs;
export const resourceKinds = Object.keys(specs) as ResourceKind[];

const metadata = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9:.-]{0,61}[A-Za-z0-9])?$/, 'letters, digits, ".", ":" and "-", at most 63'),
  labels: labels.default({}),
});

const schemaOf = <Kind extends ResourceKind>(kind: Kind) =>
  z.strictObject({ apiVersion: z.literal('inland/v1'), kind: z.literal(kind), metadata, spec: specs[kind] });

/** The schema of each kind, whole resources. */
export const resourceSchemas = {
  Region: schemaOf('Region'),
  Jurisdiction: schemaOf('Jurisdiction'),
  Target: schemaOf('Target'),
  ResidencyPolicy: schemaOf('ResidencyPolicy'),
  Destination: schemaOf('Destination'),
  AccessGrant: schemaOf('AccessGrant'),
  MaskingRule: schemaOf('MaskingRule'),
} as const;

export type SpecOf<Kind extends ResourceKind> = z.output<(typeof specs)[Kind]>;
export type ResourceOf<Kind extends ResourceKind> = {
  readonly apiVersion: 'inland/v1';
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: SpecOf<Kind>;
};
export type Resource = { [Kind in ResourceKind]: ResourceOf<Kind> }[ResourceKind];

/** The JSON Schema (2020-12) of a kind, for editors and documentation. */
export function jsonSchemaOf(kind: ResourceKind): object {
  return z.toJSONSchema(resourceSchemas[kind], { io: 'input' });
}
