import { describe, expect, it } from '@jest/globals';
import { redisAddress } from './redis-address.ts';

describe('redisAddress', () => {
  it('reads all parts', () => {
    expect(redisAddress('rediss://inland:p%40ss@redis.example:6380/3')).toEqual({
      host: 'redis.example',
      port: 6380,
      database: 3,
      tls: true,
      username: 'inland',
      password: 'p@ss',
      where: 'redis.example:6380',
    });
  });

  it('fills in what is usual', () => {
    const usual = { host: 'redis', port: 6379, database: 0, tls: false, where: 'redis:6379' };
    expect(redisAddress('redis://redis')).toEqual(usual);
    expect(redisAddress('redis://redis/')).toEqual(usual);
    expect(redisAddress('redis://[::1]:7000')).toMatchObject({ host: '::1', where: '[::1]:7000' });
  });

  it.each([
    'hunter2',
    'http://x:hunter2@h',
    'redis://x:hunter2@h/name',
    'redis://x:%hunter2@h',
    'redis://x:hunter2@h:99999',
  ])('refuses %s without quoting it', (url) => {
    expect(() => redisAddress(url)).toThrow(expect.objectContaining({ code: 'misconfigured' }));
    expect(() => redisAddress(url)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});
