/** The bytes of an IPv4 address: four decimal numbers without leading zeros. Undefined: it is none. */
export function ipv4Bytes(text: string): Buffer | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return Buffer.from(parts.map(Number));
}

/** The bytes of an IPv6 address (RFC 4291, section 2.2; no zone). Undefined: it is none. */
export function ipv6Bytes(text: string): Buffer | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = [groupsOf(halves[0] ?? '', halves.length === 1), groupsOf(halves[1] ?? '', true)];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** An IPv4 address as the IPv6 address that stands for it (RFC 4291, section 2.5.5.2). */
export const mappedBytes = (ipv4: Uint8Array): Buffer =>
  Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff]), ipv4]);

/** Four or sixteen bytes as text, in the one spelling of RFC 5952; what stands for an IPv4 address is that address. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff)
    return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  const { at, length } = longestZeros(groups);
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, at))}::${hex(groups.slice(at + length))}`;
}

/** Groups between colons; the last may be an IPv4 address. */
function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const ipv4 = mayEndInIpv4 && index === parts.length - 1 ? ipv4Bytes(part) : undefined;
    if (ipv4 !== undefined) groups.push(ipv4.readUInt16BE(0), ipv4.readUInt16BE(2));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

const hex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':');

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { readonly at: number; readonly length: number } {
  let longest = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at += 1) {
    let end = at;
    while (groups[end] === 0) end += 1;
    if (end - at > longest.length) longest = { at, length: end - at };
    at = end;
  }
  return longest;
}
