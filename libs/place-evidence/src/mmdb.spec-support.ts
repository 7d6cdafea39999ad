import { prefixOf } from './prefix.ts';

type Value = string | boolean | number | readonly string[] | { readonly [key: string]: Value };

/**
 * Writes a small database in MaxMind's format (https://maxmind.github.io/MaxMind-DB/): records of 24 bits, a tree of IPv6,
 * in which IPv4 lies within `::/96`. A prefix must not lie within another.
 */
export function mmdb(
  entries: Readonly<Record<string, { readonly [key: string]: Value }>>,
  { databaseType = 'Test', ipVersion = 6, built = '2026-11-01' } = {},
): Buffer {
  const nodes: [Child, Child][] = [[undefined, undefined]];
  const data: Buffer[] = [];
  for (const [cidr, value] of Object.entries(entries)) {
    const prefix = prefixOf(cidr);
    if (prefix === undefined || (ipVersion === 4 && prefix.family !== 'ipv4')) throw new Error(`no prefix: ${cidr}`);
    const width = ipVersion === 4 ? 32 : 128;
    const depth = prefix.bits + (prefix.family === 'ipv4' ? width - 32 : 0);
    const offset = data.reduce((sum, bytes) => sum + bytes.length, 0);
    data.push(encode(value));
    let at = 0;
    for (let bit = 0; bit < depth; bit += 1) {
      const side = Number((prefix.first >> BigInt(width - 1 - bit)) & 1n) as 0 | 1;
      const node = nodes[at] as [Child, Child];
      if (bit === depth - 1) node[side] = { offset };
      else {
        if (typeof node[side] !== 'number') node[side] = nodes.push([undefined, undefined]) - 1;
        at = node[side] as number;
      }
    }
  }
  const record = (child: Child): Buffer => {
    const value = typeof child === 'number' ? child : nodes.length + (child === undefined ? 0 : child.offset + 16);
    return Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
  };
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Date.parse(built) / 1_000,
    database_type: databaseType,
    description: {},
    ip_version: ipVersion,
    languages: [],
    node_count: nodes.length,
    record_size: 24,
  });
  return Buffer.concat([
    ...nodes.flat().map(record),
    Buffer.alloc(16),
    ...data,
    Buffer.from('abcdef4d61784d696e642e636f6d', 'hex'), // \xab\xcd\xefMaxMind.com
    metadata,
  ]);
}

/** A node, what is said, or nothing. */
type Child = number | { readonly offset: number } | undefined;

/** Types of the data section: 2 text, 6 number of 32 bits, 7 map, 11 array, 14 boolean. */
function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'boolean') return control(14, value ? 1 : 0);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (Array.isArray(value))
    return Buffer.concat([control(11, value.length), ...value.map((one: Value) => encode(one))]);
  const entries = Object.entries(value as Readonly<Record<string, Value>>);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, one]) => [encode(key), encode(one)])]);
}

/** Sizes of up to 28. */
function control(type: number, size: number): Buffer {
  return type < 8 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7]);
}
