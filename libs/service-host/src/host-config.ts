import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '@inland/kernel';
import { parse } from 'yaml';
import { z } from 'zod';

const name = z.string().min(1).max(253);
const region = name.max(63);
const file = z.string().min(1);
/** Below the secrets folder, such as `kafka/password`. */
const secret = z.string().min(1);

const tls = z.strictObject({ certFile: file, keyFile: file });
const serverCa = z.strictObject({ caFile: file.optional() });

const log = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('embedded'),
    region: region.optional(),
    maxBytes: z.int().min(1_048_576).optional(),
  }),
  z.strictObject({
    kind: z.literal('kafka'),
    region: region.optional(),
    brokers: z.array(name).min(1),
    /** Copies of each event, and how many must have it before it is acknowledged. */
    replicationFactor: z.int().min(1).default(3),
    minInsyncReplicas: z.int().min(1).default(2),
    /** Of the session topic; fixed once the topic is made. */
    sessionPartitions: z.int().min(1).max(1_000).default(12),
    /** Days that session events are kept. */
    sessionRetentionDays: z.int().min(1).default(400),
    tls: serverCa.optional(),
    sasl: z
      .strictObject({
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        username: name,
        passwordSecret: secret,
      })
      .optional(),
    /** Takes brokers without TLS: for brokers on this machine, or behind a mesh that encrypts. */
    insecure: z.boolean().default(false),
  }),
]);

const projections = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('embedded'), region: region.optional() }),
  z.strictObject({
    kind: z.literal('postgres'),
    region: region.optional(),
    host: name,
    port: z.int().min(1).max(65_535).default(5432),
    database: name.default('inland'),
    user: name.default('inland'),
    passwordSecret: secret,
    tls: serverCa.optional(),
    /** Takes a database without TLS: for one on this machine, or behind a mesh that encrypts. */
    insecure: z.boolean().default(false),
  }),
]);

const coordination = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('memory') }),
  z.strictObject({
    kind: z.literal('redis'),
    host: name,
    port: z.int().min(1).max(65_535).default(6379),
    username: name.optional(),
    passwordSecret: secret.optional(),
    tls: serverCa.optional(),
    /** Takes a Redis without TLS: for one on this machine, or behind a mesh that encrypts. */
    insecure: z.boolean().default(false),
  }),
]);

const recordings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), region: region.optional(), folder: file.optional() }),
  z.strictObject({
    kind: z.literal('s3'),
    region: region.optional(),
    bucket: name,
    prefix: z.string().optional(),
    /** As S3 names it, such as `eu-central-1`. */
    s3Region: name,
    endpoint: z.url().optional(),
    /** Days that object lock keeps a recording from being removed. */
    retentionDays: z.int().min(1).default(400),
    /** Without them the usual chain of AWS (environment, web identity, instance) is asked. */
    accessKeyId: name.optional(),
    secretAccessKeySecret: secret.optional(),
  }),
]);

export const hostConfigSchema = z.strictObject({
  /** Where this gateway runs, such as `aws:eu-central-1`: a Region resource. */
  region,
  /** The folder for what is kept on this machine; `INLAND_HOME` wins. */
  home: file.default('.inland'),
  /** One file per secret; `secrets` below the home folder when absent. */
  secretsFolder: file.optional(),
  http: z
    .strictObject({
      host: name.default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(7400),
      tls: tls.optional(),
      /** Serves without TLS on an address that others can reach: behind something that terminates TLS. */
      insecure: z.boolean().default(false),
      /** Proxies in front of the API whose X-Forwarded-For is taken: addresses and ranges. */
      proxies: z.array(z.string().min(1)).max(100).default([]),
    })
    .prefault({}),
  log: log.prefault({ kind: 'embedded' }),
  projections: projections.prefault({ kind: 'embedded' }),
  coordination: coordination.prefault({ kind: 'memory' }),
  recordings: recordings.prefault({ kind: 'folder' }),
  /** The groups that may change resources, and those that may read everyone's sessions. */
  roles: z
    .strictObject({ administrators: z.array(name).default([]), auditors: z.array(name).default([]) })
    .prefault({}),
  /** Networks whose people are in a country that the operator vouches for. */
  trustedNetworks: z
    .array(
      z.strictObject({
        name,
        cidrs: z.array(z.string()).min(1),
        country: z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code such as DE'),
        subdivision: z
          .string()
          .regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, 'an ISO 3166-2 code such as CA-QC')
          .optional(),
      }),
    )
    .default([]),
  /** What tells where other addresses are. */
  places: z
    .strictObject({
      /** An MMDB file of countries; `default`: the one that comes with Inland; `none`: unknown stays unknown. */
      countryDatabase: z.union([z.enum(['default', 'none']), file]).default('default'),
      /** Files of address ranges as AWS, Azure, Google Cloud and Oracle publish them, or lines of `cidr,region`. */
      cloudRanges: z.array(file).max(20).default([]),
    })
    .prefault({}),
  logging: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      /** Standard error when absent. */
      file: file.optional(),
    })
    .prefault({}),
  /** A section per service; each service says what may stand in its own. */
  services: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

export type HostConfig = z.output<typeof hostConfigSchema>;

/** Reads inland.yaml. Faults with `misconfigured`, naming the file, the key and what was expected. */
export function readHostConfig(path: string, environment: NodeJS.ProcessEnv = process.env): HostConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Fault('misconfigured', `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'failed'})`, {
      cause: error,
    });
  }
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new Fault('misconfigured', `${path} is no YAML: ${(error as Error).message}`, { cause: error });
  }
  return hostConfig(document ?? {}, environment, path);
}

/** Checks a configuration; `INLAND_HOME`, `INLAND_HTTP_PORT` and `INLAND_LOG_LEVEL` win over what it says. */
export function hostConfig(
  document: unknown,
  environment: NodeJS.ProcessEnv = process.env,
  where = 'the configuration',
): HostConfig {
  const parsed = hostConfigSchema.safeParse(withEnvironment(document, environment));
  if (!parsed.success) throw new Fault('misconfigured', `${where} is not good:\n${issuesText(parsed.error)}`);
  const config = parsed.data;
  const { http } = config;
  if (!isLoopback(http.host) && http.tls === undefined && !http.insecure)
    throw new Fault(
      'misconfigured',
      `${where}: http.host ${http.host} can be reached by others and http.tls is missing; set http.tls, or http.insecure: true behind something that terminates TLS`,
    );
  for (const [key, store] of [
    ['log', config.log],
    ['projections', config.projections],
    ['coordination', config.coordination],
  ] as const)
    if ('insecure' in store && store.tls === undefined && !store.insecure)
      throw new Fault(
        'misconfigured',
        `${where}: ${key}.tls is missing; set it ({} takes the machine's authorities), or ${key}.insecure: true`,
      );
  return Object.freeze({ ...config, home: resolve(config.home) });
}

/** What is wrong with a section, a line for each problem. */
export function issuesText(error: z.ZodError, prefix = ''): string {
  return error.issues
    .map(
      ({ path, message }) => `  ${[prefix, ...path.map(String)].filter((part) => part !== '').join('.')}: ${message}`,
    )
    .join('\n');
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

const environmentKeys: readonly (readonly [variable: string, ...path: string[]])[] = [
  ['INLAND_HOME', 'home'],
  ['INLAND_HTTP_PORT', 'http', 'port'],
  ['INLAND_SSH_PORT', 'services', 'proxy', 'ssh', 'port'],
  ['INLAND_POSTGRES_PORT', 'services', 'proxy', 'postgres', 'port'],
  ['INLAND_LOG_LEVEL', 'logging', 'level'],
];

function withEnvironment(document: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const merged = structuredClone(document) as Record<string, unknown>;
  for (const [variable, ...path] of environmentKeys) {
    const value = environment[variable];
    if (value === undefined || value === '') continue;
    const last = path.at(-1) ?? '';
    let place = merged;
    for (const key of path.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
    place[last] = last === 'port' ? portOf(variable, value) : value;
  }
  return merged;
}

function portOf(variable: string, value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Fault('misconfigured', `${variable} must be a port from 0 to 65535, not ${value.slice(0, 40)}`);
  return port;
}
