import { z } from 'zod';

const personSchema = z.strictObject({
  subject: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/, 'letters, digits and "._@+-", at most 128'),
  displayName: z.string().max(200).default(''),
  groups: z.array(z.string().min(1).max(128)).max(200).default([]),
  /** Lines of authorized_keys; options before the key are not taken. */
  sshKeys: z.array(z.string().min(1).max(16_384)).max(20).default([]),
});

export const peopleSchema = z.array(personSchema).max(10_000);

/** The section `services.auth` of inland.yaml. */
export const authConfigSchema = z.strictObject({
  people: peopleSchema.default([]),
  /** A YAML file with a list `people:` of the same form; read again by `POST /api/v1/auth/reload`. */
  peopleFile: z.string().min(1).optional(),
  /**
   * Public keys of authorities, a line each: a user certificate that one of them signed proves the configured person whose
   * subject is among its principals.
   */
  userAuthorities: z.array(z.string().min(1).max(16_384)).max(20).default([]),
  /** Seconds that a token for the API is good. */
  apiTokenSeconds: z.int().min(60).max(86_400).default(3_600),
  /** Seconds that a token for databases is good. */
  databaseTokenSeconds: z.int().min(60).max(3_600).default(900),
  /** Challenges and sign-ins that one address may ask for in a minute, at most. */
  attemptsPerMinuteMax: z.int().min(1).default(60),
});

export type AuthConfig = z.output<typeof authConfigSchema>;
export type ConfiguredPerson = z.output<typeof personSchema>;
