import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SessionLimits } from './session-limits.ts';

function limited(limits: { maxSessionSeconds?: number; maxIdleSeconds?: number }): {
  readonly limits: SessionLimits;
  readonly told: string[];
} {
  const told: string[] = [];
  const events = { warn: (text: string) => told.push(text), end: (code: string) => told.push(code) };
  return { limits: new SessionLimits({ maxSessionSeconds: 0, maxIdleSeconds: 0, ...limits }, events), told };
}

describe('the limits of a session', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('end it when its time is over, and say so a minute before', () => {
    const { told } = limited({ maxSessionSeconds: 3600 });
    jest.advanceTimersByTime(3_539_999);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['this session ends in a minute: the rule allows an hour for one.']);
    jest.advanceTimersByTime(60_000);
    expect(told.slice(1)).toEqual(['session_time_over']);
  });

  it('warn of a short one when a tenth is left', () => {
    const { told } = limited({ maxSessionSeconds: 30 });
    jest.advanceTimersByTime(27_000);
    expect(told).toEqual(['this session ends in 3 seconds: the rule allows 30 seconds for one.']);
  });

  it('end it when nothing passed for too long, whatever passed before', () => {
    const { limits, told } = limited({ maxIdleSeconds: 100 });
    for (let second = 0; second < 500; second += 50) {
      jest.advanceTimersByTime(50_000);
      limits.active();
    }
    expect(told).toEqual([]);
    jest.advanceTimersByTime(90_000);
    expect(told).toEqual(['this session ends in 10 seconds unless something is done in it.']);
    limits.active();
    jest.advanceTimersByTime(89_999);
    expect(told).toHaveLength(1);
    jest.advanceTimersByTime(10_001);
    expect(told.slice(1)).toEqual([
      'this session ends in 10 seconds unless something is done in it.',
      'session_idle_over',
    ]);
  });

  it('say nothing once stopped, or when there are none', () => {
    const { limits, told } = limited({ maxSessionSeconds: 10, maxIdleSeconds: 10 });
    limits.stop();
    const without = limited({});
    jest.advanceTimersByTime(1_000_000);
    expect([...told, ...without.told]).toEqual([]);
  });
});
