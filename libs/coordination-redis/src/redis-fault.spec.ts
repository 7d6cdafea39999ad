import { describe, expect, it } from '@jest/globals';
import { Fault } from '@inland/kernel';
import { redisFault } from './redis-fault.ts';

const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });

describe('redisFault', () => {
  it.each([
    [reply('WRONGPASS invalid username-password pair'), 'misconfigured', 'WRONGPASS'],
    [reply('NOAUTH Authentication required.'), 'misconfigured', 'NOAUTH'],
    [reply('OOM command not allowed'), 'unavailable', 'OOM'],
    [reply('READONLY You can’t write against a read only replica.'), 'unavailable', 'READONLY'],
    [reply('WRONGTYPE Operation against a key'), 'internal', 'WRONGTYPE'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'unavailable', 'ECONNREFUSED'],
    [new Error('Command timed out'), 'timeout', 'in time'],
    [new Error('Connection is closed.'), 'unavailable', 'cannot be reached'],
    ['?', 'unavailable', 'cannot be reached'],
  ])('%#: what was said becomes a code', (caught, code, words) => {
    expect(redisFault(caught, 'redis:6379')).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(redisFault(caught, 'redis:6379').message).toContain('redis:6379');
  });

  it('passes nothing on that a reply or a command quotes', () => {
    const error = Object.assign(reply("ERR unknown command 'hunter2'"), {
      command: { name: 'auth', args: ['hunter2'] },
    });
    const fault = redisFault(error, 'redis:6379');
    expect(JSON.stringify([fault.message, fault.cause ?? null])).not.toContain('hunter2');
  });

  it('keeps a fault as it is', () => {
    const fault = new Fault('resource_exhausted', 'x');
    expect(redisFault(fault, 'redis:6379')).toBe(fault);
  });
});
