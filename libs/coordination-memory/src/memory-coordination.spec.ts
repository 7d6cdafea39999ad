import { describe, expect, it } from '@jest/globals';
import { MemoryCoordination } from './index.ts';

function given() {
  const clock = { at: 0, now: () => clock.at };
  return { clock, coordination: new MemoryCoordination(clock) };
}

describe('MemoryCoordination', () => {
  it('gives a lease to one holder until it lapses', async () => {
    const { clock, coordination } = given();
    expect(await coordination.renewLease('replica:1', 'a', 100)).toBe(true);
    expect(await coordination.renewLease('replica:1', 'b', 100)).toBe(false);
    clock.at = 99;
    expect(await coordination.leaseHolder('replica:1')).toBe('a');
    clock.at = 100;
    expect(await coordination.leaseHolder('replica:1')).toBeUndefined();
    expect(await coordination.renewLease('replica:1', 'b', 100)).toBe(true);
  });

  it('releases a lease for its holder only', async () => {
    const { coordination } = given();
    await coordination.renewLease('replica:1', 'a', 100);
    await coordination.releaseLease('replica:1', 'b');
    expect(await coordination.leaseHolder('replica:1')).toBe('a');
    await coordination.releaseLease('replica:1', 'a');
    expect(await coordination.leaseHolder('replica:1')).toBeUndefined();
  });

  it('gives a value once, and not after its time', async () => {
    const { clock, coordination } = given();
    expect(await coordination.putOnce('challenge:1', 'x', 100)).toBe(true);
    expect(await coordination.putOnce('challenge:1', 'y', 100)).toBe(false);
    expect(await coordination.takeOnce('challenge:1')).toBe('x');
    expect(await coordination.takeOnce('challenge:1')).toBeUndefined();
    await coordination.putOnce('challenge:2', 'x', 100);
    clock.at = 100;
    expect(await coordination.takeOnce('challenge:2')).toBeUndefined();
  });

  it('counts within a window', async () => {
    const { clock, coordination } = given();
    expect([await coordination.count('k', 100), await coordination.count('k', 100)]).toEqual([1, 2]);
    clock.at = 100;
    expect(await coordination.count('k', 100)).toBe(1);
  });

  it('tells subscribers, until they leave', async () => {
    const { coordination } = given();
    const heard: string[] = [];
    const leave = await coordination.subscribe('c', (message) => heard.push(message));
    await coordination.publish('c', 'one');
    await new Promise((resolve) => setImmediate(resolve));
    await leave();
    await coordination.publish('c', 'two');
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(['one']);
  });
});
