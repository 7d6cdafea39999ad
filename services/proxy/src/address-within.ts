import { BlockList, isIP } from 'node:net';

/** Whether an address is in one of the addresses and ranges (`10.0.0.0/8,2001:db8::1`); never, when one is malformed. */
export function isAddressWithin(address: string, ranges: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = familyOf(plain);
  if (family === undefined) return false;
  const list = new BlockList();
  for (const range of ranges.split(',')) {
    const [, base = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const of = familyOf(base);
    const bits = of === 'ipv4' ? 32 : 128;
    if (of === undefined || Number(prefix ?? bits) > bits) return false;
    list.addSubnet(base, Number(prefix ?? bits), of);
  }
  return list.check(plain, family);
}

/** Whether a text is an address, or a range of them. */
export function isAddressRange(text: string): boolean {
  const [base = '', bits] = text.split('/');
  const most = { ipv4: 32, ipv6: 128 }[familyOf(base) ?? 'ipv4'];
  return familyOf(base) !== undefined && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address)];
}
