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
  it('of an address that no network holds is what a database says, with its edition', () => {
    const database = { edition: 'db 2026', countryOf: (address: string) => (address === '200.1.1.1' ? 'BR' : null) };
    const known = new ClientPlaces(
      [{ name: 'q', cidrs: ['10.0.0.0/8'], country: 'CA', subdivision: 'CA-QC' }],
      database,
    );
    expect(known.placeOf('10.1.1.1')).toEqual({ country: 'CA', network: 'q', subdivision: 'CA-QC' });
    expect(known.placeOf('200.1.1.1')).toEqual({ country: 'BR', network: null, source: 'db 2026' });
    expect(known.placeOf('201.1.1.1')).toEqual({ country: null, network: null });
  });
  it.each(['10.0.0.0', '10.0.0.0/33', 'x/8', ''])('cannot be bounded by %j', (cidr) => {
    expect(() => new ClientPlaces([{ name: 'n', cidrs: [cidr], country: 'DE' }])).toThrow(/trusted network n/);
  });
});
