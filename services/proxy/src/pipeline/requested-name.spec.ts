import { describe, expect, it } from '@jest/globals';
import { parseRequestedName } from './requested-name.ts';

describe('parseRequestedName', () => {
  it.each([
    ['deploy@build-eu', { login: 'deploy', target: 'build-eu' }],
    ['app%orders-eu', { login: 'app', target: 'orders-eu' }],
    ['svc@corp.example@db-1', { login: 'svc@corp.example', target: 'db-1' }],
  ])('takes %s apart', (name, parts) => {
    expect(parseRequestedName(name)).toEqual(parts);
  });

  it.each(['', '@', 'deploy', 'deploy@', '@build-eu', 'deploy@Build', 'a b@x', 'deploy@../x', `a@${'x'.repeat(64)}`])(
    'has no answer for %j',
    (name) => {
      expect(parseRequestedName(name)).toBeUndefined();
    },
  );
});
