import { approvalData, endOf, type ApprovalData } from './consent-data.ts';
import { flags, type Flags } from './flags.ts';
import type { SpecOf } from './resources/resource.ts';

/** Hours of one day in a time zone: minutes since midnight, not with the last. */
interface HoursData {
  readonly zone: string;
  readonly days: Flags;
  readonly from: number;
  readonly to: number;
}

/** An AccessGrant as the Rego reads it. */
export interface GrantData {
  readonly groups: Flags;
  readonly people: Flags;
  readonly logins: Flags;
  readonly operations: Flags;
  /** RFC 3339, UTC, with milliseconds. */
  readonly notBefore?: string;
  readonly until?: string;
  readonly when?: readonly HoursData[];
  readonly approval?: ApprovalData;
  readonly breakGlass: boolean;
  /** What it grants hangs on when it is asked. */
  readonly timely?: true;
}

export function grantData(spec: SpecOf<'AccessGrant'>): GrantData {
  const { subjects, notBefore, until, when, approval, breakGlass } = spec;
  const timely = [notBefore, until, when, approval].some((part) => part !== undefined);
  return {
    groups: flags(subjects.groups),
    people: flags(subjects.people),
    logins: flags(spec.logins),
    operations: flags(spec.operations),
    ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore).toISOString() }),
    ...(until === undefined ? {} : { until: endOf(until) }),
    ...(when === undefined ? {} : { when: when.flatMap(hoursOf) }),
    ...(approval === undefined ? {} : { approval: approvalData(approval) }),
    breakGlass,
    ...(timely ? { timely: true as const } : {}),
  };
}

type Hours = NonNullable<SpecOf<'AccessGrant'>['when']>[number];

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const nextDay = (day: Hours['days'][number]): string => week[(week.indexOf(day) + 1) % 7] ?? 'mon';
const midnight = 24 * 60;

/** Hours over midnight are those until it, and those after it on the next day. */
function hoursOf({ days, from, to, zone }: Hours): HoursData[] {
  const [begins, ends] = [minutes(from), minutes(to)];
  if (begins < ends) return [{ zone, days: flags(days), from: begins, to: ends }];
  const late = { zone, days: flags(days), from: begins, to: midnight };
  return ends === 0 ? [late] : [late, { zone, days: flags(days.map(nextDay)), from: 0, to: ends }];
}

function minutes(clock: string): number {
  const [hour = '0', minute = '0'] = clock.split(':');
  return Number(hour) * 60 + Number(minute);
}
