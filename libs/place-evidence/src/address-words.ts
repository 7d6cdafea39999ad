/** An address as numbers of 32 bits: one for IPv4, four for IPv6. */
export type AddressWords = readonly [number] | readonly [number, number, number, number];

/**
 * Reads an IPv4 address (four decimal numbers, no leading zeros) or an IPv6 address (RFC 4291, section 2.2; a zone is left
 * out). An IPv4 address within IPv6 (`::ffff:192.0.2.1`) is what it is. Undefined: it is none.
 */
export function addressWords(text: string): AddressWords | undefined {
  if (!text.includes(':')) {
    const word = ipv4Word(text);
    return word === undefined ? undefined : [word];
  }
  const zone = text.indexOf('%');
  const groups = ipv6Groups(zone < 0 ? text : text.slice(0, zone));
  if (groups === undefined) return undefined;
  const word = (index: number): number => (((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0)) >>> 0;
  const words = [word(0), word(2), word(4), word(6)] as const;
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff ? [words[3]] : words;
}

const dot = 0x2e;
const zero = 0x30;

/** Read digit by digit: it is done for every connection. */
function ipv4Word(text: string): number | undefined {
  if (text.length > 15) return undefined;
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === dot) {
      if (octet < 0) return undefined;
      word = word * 256 + octet;
      octet = -1;
      dots += 1;
      continue;
    }
    const digit = code - zero;
    if (digit < 0 || digit > 9 || octet === 0) return undefined;
    octet = octet < 0 ? digit : octet * 10 + digit;
    if (octet > 255) return undefined;
  }
  return dots === 3 && octet >= 0 ? word * 256 + octet : undefined;
}

function ipv6Groups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = [groupsOf(halves[0] ?? '', halves.length === 1), groupsOf(halves[1] ?? '', true)];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1) return missing === 0 ? left : undefined;
  if (missing < 1) return undefined;
  for (let count = 0; count < missing; count += 1) left.push(0);
  return [...left, ...right];
}

/** Groups between colons; the last may be an IPv4 address. */
function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  const groups: number[] = [];
  if (text === '') return groups;
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const word = mayEndInIpv4 && index === parts.length - 1 ? ipv4Word(part) : undefined;
    if (word === undefined) return undefined;
    groups.push(word >>> 16, word & 0xffff);
  }
  return groups;
}
