import { approvalData, endOf, type ApprovalData } from './consent-data.ts';
import { flags, sorted, type Flags } from './flags.ts';
import type { Places } from './places/places-in.ts';
import type { SpecOf } from './resources/resource.ts';

type Part = keyof SpecOf<'ResidencyPolicy'>['require'];

/** Whom a rule, or an exception of it, is about. */
interface Subjects {
  readonly everybody?: true;
  readonly groups?: Flags;
  readonly people?: Flags;
}

/** A ResidencyPolicy as the Rego reads it. What is not there does not hold. */
export interface RuleData extends Subjects {
  /** It refuses nothing: what it finds is observed. */
  readonly audit?: true;
  readonly require: Readonly<Partial<Record<Part, Places>>>;
  readonly exceptions?: readonly (Subjects & {
    readonly name: string;
    readonly parts: Flags;
    readonly within: Places;
    /** RFC 3339, UTC, with milliseconds: not with it. */
    readonly until: string;
  })[];
  readonly forbid: readonly {
    readonly operations: Flags;
    readonly matching?: string;
    readonly unless?: string;
    readonly because: string;
  }[];
  readonly approval?: ApprovalData & { readonly operations: Flags };
  readonly unknownDestinations: 'refuse' | 'approve' | 'allow';
  readonly unprovenCommands: 'refuse' | 'approve' | 'allow';
  readonly mask: readonly string[];
  readonly strict: boolean;
  readonly maxSessionSeconds: number;
  readonly maxIdleSeconds: number;
  readonly readOnly?: true;
  readonly noFileTransfer?: true;
  readonly noForwarding?: true;
  readonly reasonRequired?: true;
  /** What it says hangs on when it is asked. */
  readonly timely?: true;
}

export function ruleData(spec: SpecOf<'ResidencyPolicy'>, placesOf: (names: readonly string[]) => Places): RuleData {
  const { covers, require, exceptions, forbid, approval, obligations } = spec;
  const bounded = require.destination !== undefined || require.target !== undefined;
  const timely = exceptions.length > 0 || approval !== undefined || obligations.reasonRequired;
  return {
    ...subjects(covers),
    ...when(spec.enforce === 'audit', { audit: true }),
    require: Object.fromEntries(
      Object.entries(require)
        .filter(([, place]) => place !== undefined)
        .map(([part, place]) => [part, placesOf(place?.within ?? [])]),
    ),
    ...when(exceptions.length > 0, {
      exceptions: exceptions.map(({ name, parts, within, for: whom, until }) => ({
        name,
        parts: flags(parts),
        within: placesOf(within),
        ...subjects(whom ?? {}),
        until: endOf(until),
      })),
    }),
    forbid: forbid.map(({ operations, matching, unless, because }) => ({
      operations: flags(operations),
      ...(matching === undefined ? {} : { matching }),
      ...(unless === undefined ? {} : { unless }),
      because,
    })),
    ...(approval === undefined
      ? {}
      : { approval: { ...approvalData(approval), operations: flags(approval.operations) } }),
    // A rule that bounds no place has nothing to hold against a destination.
    unknownDestinations: bounded ? spec.unknownDestinations : 'allow',
    unprovenCommands: bounded ? spec.unprovenCommands : 'allow',
    mask: sorted(obligations.mask),
    strict: obligations.record === 'strict',
    maxSessionSeconds: obligations.maxSessionSeconds,
    maxIdleSeconds: obligations.maxIdleSeconds,
    ...when(obligations.readOnly, { readOnly: true }),
    ...when(obligations.noFileTransfer, { noFileTransfer: true }),
    ...when(obligations.noForwarding, { noForwarding: true }),
    ...when(obligations.reasonRequired, { reasonRequired: true }),
    ...when(timely, { timely: true }),
  };
}

const when = <Part extends object>(holds: boolean, part: Part): Part | object => (holds ? part : {});

function subjects({
  groups,
  people,
}: {
  readonly groups?: readonly string[] | undefined;
  readonly people?: readonly string[] | undefined;
}): Subjects {
  if (groups === undefined && people === undefined) return { everybody: true };
  return {
    ...(groups === undefined ? {} : { groups: flags(groups) }),
    ...(people === undefined ? {} : { people: flags(people) }),
  };
}
