import { describe, expect, it } from '@jest/globals';
import { ClientPlaces } from './index.ts';

describe('the place of a client', () => {
  const places = new ClientPlaces([
    { name: 'office', cidrs: ['10.1.0.0/16', 'fd00:1::/32'], country: 'DE' },
    { name: 'lab', cidrs: ['10.1.2.0/24', '0.0.0.0/1'], country: 'FR' },
  ]);
  it.each([
    ['10.1.2.3', { country: 'DE', network: 'office' }],
    ['::ffff:10.1.2.3', { country: 'DE', network: 'office' }],
    ['fd00:1::9', { country: 'DE', network: 'office' }],
    ['9.9.9.9', { country: 'FR', network: 'lab' }],
    ['200.1.1.1', { country: null, network: null }],
    ['::1', { country: null, network: null }],
    ['', { country: null, network: null }],
    ['localhost', { country: null, network: null }],
  ])('of %s', (address, expected) => {
    expect(places.placeOf(address)).toEqual(expected);
  });
  it.each(['10.0.0.0', '10.0.0.0/33', 'x/8', ''])('cannot be bounded by %j', (cidr) => {
    expect(() => new ClientPlaces([{ name: 'n', cidrs: [cidr], country: 'DE' }])).toThrow(/trusted network n/);
  });
});
