import { describe, expect, it } from '@jest/globals';
import { asksReplication, startupParameters } from './startup-parameters.ts';

const user = 'app@orders-eu';
const passed = (parameters: Record<string, string>): unknown => {
  return Object.fromEntries(startupParameters(new Map(Object.entries({ user, ...parameters })), user));
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
  it.each(['true', '1', 'on', 'database', 'DATABASE'])('ask for replication by replication=%s', (replication) => {
    expect(asksReplication(new Map([['replication', replication]]))).toBe(true);
    expect(passed({ replication })).toEqual({ replication });
  });
  it.each(['false', '0', 'off', 'No'])('ask for none by replication=%s', (replication) => {
    expect(asksReplication(new Map([['replication', replication]]))).toBe(false);
    expect(passed({ replication })).toEqual({});
  });
});
