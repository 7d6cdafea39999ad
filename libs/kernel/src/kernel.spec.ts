import { describe, expect, it } from '@jest/globals';
import { backoffMillis, delay, Fault, faultTable, isUuidv7, uuidv7, withDeadline } from './index.ts';

describe('uuidv7', () => {
  it('is well formed, unique and in order, even within one millisecond', () => {
    const ids = Array.from({ length: 10_000 }, () => uuidv7());
    expect(ids.every(isUuidv7)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });
  it('carries its time in the first 48 bits', () => {
    const later = Date.now() + 10_000_000;
    expect(Number.parseInt(uuidv7(later).replaceAll('-', '').slice(0, 12), 16)).toBe(later);
  });
  it.each(['', 'x', '01890a5d-ac96-4b7c-8a0e-2f6f0f0f0f0f'])('does not take %j for one', (text) => {
    expect(isUuidv7(text)).toBe(false);
  });
});

describe('Fault', () => {
  it('keeps a Fault as it is and wraps what is none', () => {
    const fault = new Fault('timeout', 'late');
    expect(Fault.from(fault)).toBe(fault);
    expect(Fault.from(new Error('x'), 'unavailable')).toMatchObject({
      code: 'unavailable',
      message: 'x',
      retryable: true,
    });
    expect(Fault.from('text')).toMatchObject({ code: 'internal' });
  });
  it('has an HTTP status for every code', () => {
    for (const traits of Object.values(faultTable)) expect(traits.httpStatus).toBeGreaterThanOrEqual(400);
  });
});

describe('withDeadline', () => {
  it('gives what the work gives', async () => {
    await expect(withDeadline(Promise.resolve(1), 1000, 'work')).resolves.toBe(1);
  });
  it('rejects when the work takes longer, and says which', async () => {
    await expect(withDeadline(new Promise(() => undefined), 5, 'dialling')).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('dialling'),
    });
  });
});

describe('delay', () => {
  it('rejects with the reason of its signal', async () => {
    const abort = new AbortController();
    const waiting = delay(60_000, abort.signal);
    abort.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
  });
});

describe('backoffMillis', () => {
  it('doubles up to its cap', () => {
    const options = { initialMillis: 10, maxMillis: 1000, jitter: 0 };
    expect([0, 1, 2, 10, 1000].map((attempt) => backoffMillis(attempt, options))).toEqual([10, 20, 40, 1000, 1000]);
  });
  it('spreads by its jitter and never above the cap', () => {
    expect(backoffMillis(3, { initialMillis: 10, maxMillis: 40, jitter: 1 }, () => 0.5)).toBe(20);
  });
});
