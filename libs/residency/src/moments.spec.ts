import { describe, expect, it } from '@jest/globals';
import { grantData } from './grant-data.ts';
import { endOf, momentsIn } from './index.ts';
import { parseResource } from './resources/parse-resources.ts';

describe('a moment', () => {
  it('is what the clocks of a place show', () => {
    expect(momentsIn(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'], '2026-11-23T23:30:00.000Z')).toEqual(
      {
        UTC: { day: 'mon', minute: 23 * 60 + 30 },
        'Europe/Berlin': { day: 'tue', minute: 30 },
        'Asia/Kolkata': { day: 'tue', minute: 5 * 60 },
        'America/New_York': { day: 'mon', minute: 18 * 60 + 30 },
      },
    );
  });
  it('follows summer time', () => {
    const minuteAt = (time: string): number | undefined => momentsIn(['Europe/Berlin'], time)['Europe/Berlin']?.minute;
    expect(minuteAt('2026-03-29T00:59:00.000Z')).toBe(119);
    expect(minuteAt('2026-03-29T01:00:00.000Z')).toBe(180);
  });
});

describe('an end', () => {
  it('is that of the day, or the moment; the last there is for ever', () => {
    expect(endOf('2026-12-31')).toBe('2027-01-01T00:00:00.000Z');
    expect(endOf('2026-12-31T17:00:00Z')).toBe('2026-12-31T17:00:00.000Z');
    expect(endOf('9999-12-31')).toBe('9999-12-31T23:59:59.999Z');
  });
});

describe('hours of a grant', () => {
  const hours = (when: object) => {
    const parsed = parseResource({
      apiVersion: 'inland/v1',
      kind: 'AccessGrant',
      metadata: { name: 'g' },
      spec: { subjects: {}, targets: {}, logins: ['a'], operations: ['*'], when: [{ zone: 'UTC', ...when }] },
    });
    if (parsed.kind === 'problems') return parsed.problems.map(({ message }) => message);
    return parsed.resource.kind === 'AccessGrant' ? grantData(parsed.resource.spec).when : undefined;
  };
  const week = { mon: true, tue: true, wed: true, thu: true, fri: true, sat: true, sun: true };

  it('are minutes since midnight', () => {
    expect(hours({ days: ['mon'], from: '08:30', to: '18:00' })).toEqual([
      { zone: 'UTC', days: { mon: true }, from: 510, to: 1080 },
    ]);
    expect(hours({})).toEqual([{ zone: 'UTC', days: week, from: 0, to: 1440 }]);
  });
  it('over midnight go on the next day', () => {
    expect(hours({ days: ['sun'], from: '22:00', to: '06:00' })).toEqual([
      { zone: 'UTC', days: { sun: true }, from: 1320, to: 1440 },
      { zone: 'UTC', days: { mon: true }, from: 0, to: 360 },
    ]);
    expect(hours({ days: ['sun'], from: '22:00', to: '00:00' })).toEqual([
      { zone: 'UTC', days: { sun: true }, from: 1320, to: 1440 },
    ]);
  });
  it.each([
    [{ zone: 'Europe/Atlantis' }, 'a time zone'],
    [{ from: '8:00' }, 'a time of day'],
    [{ from: '08:00', to: '08:00' }, 'another time'],
  ])('that are wrong are refused: %j', (when, message) => {
    expect(hours(when)).toEqual([expect.stringContaining(message)]);
  });
});
