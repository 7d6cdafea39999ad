import { describe, expect, it } from '@jest/globals';
import { LapsingEntries } from './lapsing-entries.ts';

function given(entriesMax: number) {
  const clock = { at: 0, now: () => clock.at };
  return { clock, entries: new LapsingEntries<string>(clock, entriesMax) };
}

describe('LapsingEntries', () => {
  it('refuses one more than it has room for, until one lapses', () => {
    const { clock, entries } = given(2);
    entries.set('a', 'x', 100);
    entries.set('b', 'x', 200);
    expect(() => entries.set('c', 'x', 100)).toThrow(expect.objectContaining({ code: 'resource_exhausted' }));
    entries.set('a', 'y', 100);
    clock.at = 100;
    entries.set('c', 'x', 100);
    expect([entries.get('a'), entries.get('b'), entries.get('c')]).toEqual([undefined, 'x', 'x']);
  });

  it('does not keep what has lapsed', () => {
    const { clock, entries } = given(100_000);
    for (let index = 0; index < 5_000; index += 1) {
      clock.at = index;
      entries.set(`k${index}`, 'x', 10);
    }
    expect(entries.size).toBeLessThan(1_100);
  });
});
