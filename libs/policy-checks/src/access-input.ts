import { Fault } from '@inland/kernel';
import { resourceNamed, type DecisionInput, type World } from '@inland/residency';
import { CommandPlaces, sqlLeads } from '@inland/command-places';
import type { ShellReader, SqlParser } from '@inland/statements';
import type { StatedAccess } from './policy-test.ts';

/** What is taken where an access does not say. */
export interface AccessDefaults {
  /** Where the gateway runs; where the target is, when absent. */
  readonly region?: string | undefined;
  /** Reads what SQL does. */
  readonly sqlParser: SqlParser;
  /** Reads where lines of shell lead. */
  readonly shell: ShellReader;
}

/** When an access takes place that does not say when: always the same moment, so that its outcome is. */
const sometime = '2026-01-01T12:00:00.000Z';

/** The input of a decision about an access that was stated. Faults with `invalid_argument` when it names no target. */
export function accessInput(world: World, access: StatedAccess, defaults: AccessDefaults): DecisionInput {
  if (access.to === undefined) throw new Fault('invalid_argument', 'an access needs `to`, the target');
  const target = resourceNamed(world, 'Target', access.to)?.spec;
  const gateway = access.gateway ?? defaults.region ?? target?.region ?? '';
  const record = access.record ?? gateway;
  const kind = access.operation ?? 'connect';
  return {
    version: 1,
    principal: {
      subject: access.as ?? 'alice',
      groups: access.groups ?? [],
      identityProvider: 'test',
      multiFactor: false,
    },
    client: clientIn(access.from),
    gateway: { region: gateway },
    target: {
      name: access.to,
      protocol: target?.protocol ?? (kind.startsWith('postgres.') ? 'postgres' : 'ssh'),
      login: access.login ?? target?.logins[0]?.name ?? '',
    },
    record: { log: record, recordings: record, projections: record },
    operation: {
      kind,
      text: kind === 'connect' || kind === 'recording.view' ? null : (access.text ?? ''),
      ...effectsOf(access, kind, defaults.sqlParser),
      ...leadsOf(world, access, kind, defaults),
      ...(access.destination === undefined ? {} : { destination: access.destination }),
    },
    time: new Date(access.time ?? sometime).toISOString(),
  };
}

/** Nothing is known of addresses that no rule names. */
const addresses = { of: () => ({ region: null, country: null }) };

function leadsOf(
  world: World,
  { to = '', text = '' }: StatedAccess,
  operation: string,
  { sqlParser, shell }: AccessDefaults,
): Partial<DecisionInput['operation']> {
  const read = operation.startsWith('postgres.') ? sqlParser.read(text) : undefined;
  const sql = read?.parsed === true ? sqlLeads(read.statements) : undefined;
  return new CommandPlaces(shell, () => world, addresses).leadsOf(to, { operation, text, sql }) ?? {};
}

/** A country, or a subdivision of one. */
function clientIn(from = 'unknown'): DecisionInput['client'] {
  if (from === 'unknown') return { country: null, network: null };
  const [country = ''] = from.split('-');
  return { country, network: null, ...(from === country ? {} : { subdivision: from }) };
}

function effectsOf(
  { effects, text = '' }: StatedAccess,
  kind: string,
  sqlParser: SqlParser,
): Partial<DecisionInput['operation']> {
  if (effects !== undefined) return { effects, relations: [] };
  if (!kind.startsWith('postgres.')) return {};
  const read = sqlParser.read(text);
  if (!read.parsed) return { effects: null, relations: [] };
  const known = read.statements.every((statement) => statement.effects !== null);
  return {
    effects: known ? [...new Set(read.statements.flatMap((statement) => statement.effects ?? []))].sort() : null,
    relations: [...new Set(read.statements.flatMap(({ relations }) => relations))].sort(),
  };
}
