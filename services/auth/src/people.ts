import { readFileSync } from 'node:fs';
import { Fault } from '@inland/kernel';
import type { Directory, Principal } from '@inland/identity';
import { parse } from 'yaml';
import { z } from 'zod';
import { peopleSchema, type ConfiguredPerson } from './auth-config.ts';
import { readSshKey } from './ssh-keys.ts';

/** Where these people are known from, as it stands in the record. */
export const configurationProvider = 'config';

const fileSchema = z.strictObject({ people: peopleSchema });

/** The people of a file; rejects with `misconfigured` that names the file and what to change. */
export function peopleOf(file: string): ConfiguredPerson[] {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    throw new Fault('misconfigured', `the people file ${file} cannot be read`, { cause: error });
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data.people;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw new Fault('misconfigured', `the people file ${file} is wrong: ${problems.join('; ')}`);
}

/**
 * Configured people as principals. Faults with `misconfigured` when a subject is there twice, a key is not accepted, or
 * two people have the same key: it would prove either; an authority's key proves nobody by itself.
 */
export function principalsOf(
  people: readonly ConfiguredPerson[],
  userAuthorities: readonly string[] = [],
): Principal[] {
  const authorities = userAuthorities.map((line, index) => {
    const key = readSshKey(line);
    if (key === undefined)
      throw new Fault(
        'misconfigured',
        `user authority ${index + 1} is no key that is accepted, such as "ssh-ed25519 AAAA…"`,
      );
    return key.publicKey;
  });
  const subjects = new Set<string>();
  const holders = new Map<string, string>();
  return people.map(({ subject, displayName, groups, sshKeys }) => {
    if (subjects.has(subject)) throw new Fault('misconfigured', `the person ${subject} is configured twice`);
    subjects.add(subject);
    const keys = sshKeys.map((line, index) => {
      const key = readSshKey(line);
      if (key === undefined)
        throw new Fault(
          'misconfigured',
          `SSH key ${index + 1} of ${subject} is not accepted: give a line such as "ssh-ed25519 AAAA…" (RSA from 2048 bits)`,
        );
      if (authorities.includes(key.publicKey))
        throw new Fault('misconfigured', `SSH key ${index + 1} of ${subject} is a user authority's; give them another`);
      const holder = holders.get(key.fingerprint);
      if (holder !== undefined)
        throw new Fault('misconfigured', `${subject} and ${holder} have the same SSH key; give each their own`);
      holders.set(key.fingerprint, subject);
      return { fingerprint: key.fingerprint, publicKey: key.publicKey };
    });
    return {
      subject,
      displayName,
      groups: [...new Set(groups)].sort(),
      identityProvider: configurationProvider,
      sshKeys: keys,
      certificateAuthorities: authorities,
    };
  });
}

export interface PeopleDifference {
  readonly recorded: readonly Principal[];
  readonly removed: readonly string[];
}

/** What must be recorded so that the directory says what the configuration says. Others' principals stay. */
export function peopleDifference(directory: Directory, wanted: readonly Principal[]): PeopleDifference {
  const subjects = new Set(wanted.map(({ subject }) => subject));
  const known = [...directory.principals.values()];
  return {
    recorded: wanted.filter((principal) => !same(directory.principals.get(principal.subject), principal)),
    removed: known
      .filter(({ identityProvider, subject }) => identityProvider === configurationProvider && !subjects.has(subject))
      .map(({ subject }) => subject),
  };
}

function same(one: Principal | undefined, other: Principal): boolean {
  const text = ({ sshKeys, ...rest }: Principal): string => {
    const { subject, displayName, groups, identityProvider, certificateAuthorities } = rest;
    const keys = sshKeys.map(({ publicKey }) => publicKey);
    return JSON.stringify([subject, displayName, groups, identityProvider, keys, certificateAuthorities]);
  };
  return one !== undefined && text(one) === text(other);
}
