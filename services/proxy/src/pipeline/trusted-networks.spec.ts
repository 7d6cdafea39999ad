import { describe, expect, it } from '@jest/globals';
import { TrustedNetworks } from './trusted-networks.ts';

const office = new TrustedNetworks([{ name: 'office', cidrs: ['10.1.0.0/16', 'fd00::/8'], country: 'DE' }]);

describe('TrustedNetworks', () => {
  it.each(['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1'])('knows %s', (address) => {
    expect(office.placeOf(address)).toEqual({ country: 'DE', network: 'office' });
  });
  it.each(['10.2.0.1', '2001:db8::1', 'nonsense', ''])('leaves %j unknown', (address) => {
    expect(office.placeOf(address)).toEqual({ country: null, network: null });
  });
  it('refuses what is no CIDR', () => {
    expect(() => new TrustedNetworks([{ name: 'x', cidrs: ['10.0.0.0'], country: 'DE' }])).toThrow(/no CIDR/);
  });
});
