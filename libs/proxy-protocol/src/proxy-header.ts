import { crc32c } from './crc32c.ts';

export interface ProxiedAddress {
  /** IPv4 or IPv6, in its usual spelling. */
  readonly address: string;
  readonly port: number;
}

export interface ProxyHeader {
  /** `local`: the proxy's own connection, such as a health check: it is from itself. */
  readonly command: 'proxy' | 'local';
  /** Null for `local`, and where the proxy says no TCP address. */
  readonly source: ProxiedAddress | null;
  readonly destination: ProxiedAddress | null;
}

export type ProxyHeaderResult =
  | { readonly kind: 'more' }
  | { readonly kind: 'header'; readonly header: ProxyHeader; /** Bytes of the header. */ readonly length: number }
  | { readonly kind: 'invalid'; readonly reason: string };

/** `\r\n\r\n\0\r\nQUIT\n`: what no other protocol begins with. */
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const fixedBytes = 16;
/** A header takes at most so many bytes, with all that a proxy adds. */
export const proxyHeaderBytesMax = 4 * 1024;
const crcType = 0x03;
const addressBytes: Readonly<Record<number, number>> = { 0x11: 12, 0x21: 36 };

/** Reads the header at the beginning of a connection. What stands behind it is not looked at. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeaderResult {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = Math.min(header.length, signature.length);
  if (header.compare(signature, 0, begin, 0, begin) !== 0)
    return invalid('it does not begin with the signature of version 2');
  if (header.length < fixedBytes) return { kind: 'more' };
  const [versionAndCommand = 0, family = 0] = header.subarray(12, 14);
  if (versionAndCommand >> 4 !== 2) return invalid(`version ${versionAndCommand >> 4} is not 2`);
  const command = ({ 0: 'local', 1: 'proxy' } as const)[versionAndCommand & 0xf];
  if (command === undefined) return invalid(`there is no command ${versionAndCommand & 0xf}`);
  const length = fixedBytes + header.readUInt16BE(14);
  if (length > proxyHeaderBytesMax) return invalid(`it takes ${length} bytes, more than ${proxyHeaderBytesMax}`);
  if (header.length < length) return { kind: 'more' };
  const whole = header.subarray(0, length);
  const fault = checkTlvs(whole, fixedBytes + (addressBytes[family] ?? 0));
  if (fault !== undefined) return invalid(fault);
  if (command === 'local') return { kind: 'header', header: { command, source: null, destination: null }, length };
  const size = addressBytes[family];
  if (size === undefined) return { kind: 'header', header: { command, source: null, destination: null }, length };
  if (length < fixedBytes + size) return invalid('its addresses are cut off');
  const width = size === 12 ? 4 : 16;
  const at = (index: number): string => addressAt(whole, fixedBytes + index * width, width);
  const portsAt = fixedBytes + 2 * width;
  return {
    kind: 'header',
    length,
    header: {
      command,
      source: { address: at(0), port: whole.readUInt16BE(portsAt) },
      destination: { address: at(1), port: whole.readUInt16BE(portsAt + 2) },
    },
  };
}

/** A header for a TCP connection. Both addresses are of one family. */
export function writeProxyHeader({
  source,
  destination,
}: {
  readonly source: ProxiedAddress;
  readonly destination: ProxiedAddress;
}): Buffer {
  const [from, to] = [bytesOf(source.address), bytesOf(destination.address)];
  const family = from.length === 4 && to.length === 4 ? 0x11 : 0x21;
  const addresses = family === 0x11 ? [from, to] : [mapped(from), mapped(to)];
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  const body = Buffer.concat([...addresses, ports]);
  const head = Buffer.from([0x21, family, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([signature, head, body]);
}

const invalid = (reason: string): ProxyHeaderResult => ({ kind: 'invalid', reason });

/** What follows the addresses is type, length, value; a checksum among it must be right (section 2.2.3). */
function checkTlvs(header: Buffer, from: number): string | undefined {
  for (let at = from; at < header.length;) {
    if (at + 3 > header.length) return 'what follows the addresses is cut off';
    const end = at + 3 + header.readUInt16BE(at + 1);
    if (end > header.length) return 'what follows the addresses is cut off';
    if (header[at] === crcType) {
      if (end - at !== 7) return 'its checksum has not four bytes';
      const stated = header.readUInt32BE(at + 3);
      const zeroed = Buffer.from(header);
      zeroed.fill(0, at + 3, end);
      if (crc32c(zeroed) !== stated) return 'its checksum is not right';
    }
    at = end;
  }
  return undefined;
}

function addressAt(header: Buffer, at: number, width: number): string {
  const bytes = header.subarray(at, at + width);
  if (width === 4) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): number[] =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

const mapped = (address: Buffer): Buffer =>
  address.length === 16 ? address : Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff]), address]);
