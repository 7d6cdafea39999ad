import { describe, expect, it } from '@jest/globals';
import { startupParameters } from './startup-parameters.ts';

const user = 'app@orders-eu';
const passed = (parameters: Record<string, string>): unknown => {
  const result = startupParameters(new Map(Object.entries({ user, ...parameters })), user);
  return result === 'replication' ? result : Object.fromEntries(result);
};

describe('startup parameters', () => {
  it('reach the target without the user', () => {
    expect(passed({ database: 'shop', application_name: 'psql', options: '-c geqo=off' })).toEqual({
      database: 'shop',
      application_name: 'psql',
      options: '-c geqo=off',
    });
  });
  it('leave out the database that libpq takes from the user', () => {
    expect(passed({ database: user })).toEqual({});
  });
  it.each(['true', '1', 'on', 'database', 'DATABASE'])('refuse replication=%s', (replication) => {
    expect(passed({ replication })).toBe('replication');
  });
  it.each(['false', '0', 'off', 'No'])('take replication=%s', (replication) => {
    expect(passed({ replication })).toEqual({});
  });
});
