import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { HandshakeSlots } from './handshake-slots.ts';

function socket(): Socket & { ended?: boolean } {
  const each = new EventEmitter() as Socket & { ended?: boolean };
  each.destroy = () => {
    each.ended = true;
    each.emit('close');
    return each;
  };
  return each;
}

describe('handshake slots', () => {
  it('give the place of the oldest to a new one', () => {
    const slots = new HandshakeSlots(2);
    const [first, second, third] = [socket(), socket(), socket()];
    for (const each of [first, second, third]) slots.take(each);
    expect([first, second, third].map(({ ended }) => ended === true)).toEqual([true, false, false]);
    expect(slots.size).toBe(2);
  });
  it('forget who has proven themselves, and who left', () => {
    const slots = new HandshakeSlots(2);
    const [proven, gone] = [socket(), socket()];
    slots.take(proven)();
    slots.take(gone);
    gone.emit('close');
    expect(slots.size).toBe(0);
    slots.clear();
    expect(proven.ended).toBeUndefined();
  });
});
