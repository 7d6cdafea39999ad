import { describe, expect, it } from '@jest/globals';
import { isAddressWithin } from './address-within.ts';

describe('isAddressWithin', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['::ffff:10.1.2.3', '192.0.2.1,10.0.0.0/8', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.2', '192.0.2.1', false],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['10.1.2.3', '2001:db8::/32', false],
    ['10.1.2.3', '', false],
    ['10.1.2.3', '10.0.0.0/8,nonsense', false],
    ['10.1.2.3', '10.0.0.0/33', false],
    ['10.1.2.3', '!10.0.0.0/8', false],
    ['', '0.0.0.0/0', false],
  ])('%s in %s: %s', (address, ranges, within) => expect(isAddressWithin(address, ranges)).toBe(within));
});
