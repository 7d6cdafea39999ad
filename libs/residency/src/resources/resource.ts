import { z } from 'zod';

const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9:.-]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits, ".", ":" and "-", at most 63, such as orders-eu',
  );
const country = z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code of two capital letters, such as DE');
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
  .regex(/^(\*\.)?[A-Za-z0-9_.:-]+(\/\d{1,3})?$/, 'a host, an address, *.example.com, or a range such as 10.0.0.0/8');

const within = z.strictObject({ within: names.min(1).describe('Jurisdictions, countries or regions; one must hold.') });
const selector = z.strictObject({ names: names.optional(), labels: labels.optional() });

/** What each kind of resource says. `docs/` and editors read their JSON Schemas, which come from here. */
export const specs = {
  Region: z.strictObject({ country, city: z.string().max(80).optional(), provider: z.string().max(40).optional() }),
  Jurisdiction: z.strictObject({
    description: z.string().max(500).optional(),
    countries: z.array(country).default([]),
    includes: z.array(name.or(z.string().regex(/^[A-Z][A-Za-z0-9-]{0,40}$/))).default([]),
  }),
  Target: z
    .strictObject({
      protocol: z.enum(['ssh', 'postgres']),
      address: hostAndPort,
      region: z.string().min(1).max(63),
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
  ResidencyPolicy: z.strictObject({
    description: z.string().max(500).optional(),
    covers: z
      .strictObject({
        dataClasses: z.array(dataClass).optional(),
        targetLabels: labels.optional(),
        targets: names.optional(),
        groups: names.optional(),
      })
      .describe('What the rule is about; every part that is given must match. {} covers everything.'),
    require: z
      .strictObject({
        client: within.optional(),
        gateway: within.optional(),
        target: within.optional(),
        record: within.optional(),
        destination: within.optional().describe('Where a forwarding may lead; as for the target, when absent.'),
      })
      .default({}),
    forbid: z
      .array(
        z.strictObject({
          operations: z.array(operation).min(1),
          matching: pattern.optional().describe('A regular expression (RE2) on the text of the command, or the path.'),
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
      })
      .prefault({}),
  }),
  Destination: z
    .strictObject({
      description: z.string().max(500).optional(),
      hosts: z.array(host).min(1).max(1000),
      region: z.string().min(1).max(63),
    })
    .describe('Places that are no targets, but that data can be sent to: hosts, and where they are.'),
  AccessGrant: z.strictObject({
    description: z.string().max(500).optional(),
    subjects: z.strictObject({ groups: names.default([]), people: names.default([]) }),
    targets: selector,
    logins: names.min(1),
    operations: z.array(operation).min(1),
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
