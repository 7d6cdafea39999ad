/** A moment as the clocks of a place show it. */
export interface LocalMoment {
  readonly day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
  /** Since midnight. */
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * What the clocks of these time zones show. It goes into the record as part of a decision's input: the rules of time
 * zones change, and the decision must come out the same for ever.
 */
export function momentsIn(zones: readonly string[], time: string): Readonly<Record<string, LocalMoment>> {
  const at = new Date(time);
  return Object.fromEntries(zones.map((zone) => [zone, momentIn(zone, at)]));
}

function momentIn(zone: string, at: Date): LocalMoment {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: (parts.get('weekday') ?? '').toLowerCase() as LocalMoment['day'],
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}
