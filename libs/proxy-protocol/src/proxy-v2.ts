import { Fault } from '@inland/kernel';
import { addressText, ipv4Bytes, ipv6Bytes, mappedBytes } from './address-text.ts';
import { crc32c } from './crc32c.ts';
import {
  invalid,
  proxyHeaderBytesMax,
  type ProxiedAddress,
  type ProxyHeaderResult,
  type ProxyTlv,
} from './proxy-header.ts';

/** `\r\n\r\n\0\r\nQUIT\n`: what no other protocol begins with. */
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const fixedBytes = 16;
/** PP2_TYPE_CRC32C (section 2.2.3). */
const crcType = 0x03;

/** Bytes of the addresses by family and protocol (section 2.2); any other is refused. `width`: of an address of TCP. */
const layouts: Readonly<Record<number, { readonly bytes: number; readonly width?: 4 | 16 }>> = {
  0x00: { bytes: 0 }, // unspecified
  0x11: { bytes: 12, width: 4 }, // TCP over IPv4
  0x12: { bytes: 12 }, // UDP over IPv4
  0x21: { bytes: 36, width: 16 }, // TCP over IPv6
  0x22: { bytes: 36 }, // UDP over IPv6
  0x31: { bytes: 216 }, // UNIX stream
  0x32: { bytes: 216 }, // UNIX datagram
};

/** Reads a header of version 2 (section 2.2) at the beginning of all bytes so far. Never throws. */
export function readProxyV2(from: Uint8Array): ProxyHeaderResult {
  const bytes = Buffer.from(from.buffer, from.byteOffset, from.byteLength);
  const known = Math.min(bytes.length, signature.length);
  if (bytes.compare(signature, 0, known, 0, known) !== 0)
    return invalid('it does not begin with the signature of version 2');
  if (bytes.length < fixedBytes) return { kind: 'more' };
  const [versionAndCommand = 0, family = 0] = bytes.subarray(12, 14);
  if (versionAndCommand >> 4 !== 2) return invalid(`version ${versionAndCommand >> 4} is not 2`);
  const command = ({ 0: 'local', 1: 'proxy' } as const)[versionAndCommand & 0xf];
  if (command === undefined) return invalid(`there is no command ${versionAndCommand & 0xf}`);
  const length = fixedBytes + bytes.readUInt16BE(14);
  if (length > proxyHeaderBytesMax) return invalid(`it takes ${length} bytes, more than ${proxyHeaderBytesMax}`);
  if (bytes.length < length) return { kind: 'more' };
  const nothing = { version: 2, command, source: null, destination: null, tlvs: [] } as const;
  if (command === 'local') return { kind: 'header', header: nothing, length }; // its block is to be discarded
  const layout = layouts[family];
  if (layout === undefined) return invalid(`there is no family ${family >> 4} with protocol ${family & 0xf}`);
  if (length < fixedBytes + layout.bytes) return invalid('its addresses are cut off');
  const whole = Buffer.from(bytes.subarray(0, length));
  const tlvs = tlvsOf(whole, fixedBytes + layout.bytes);
  if (typeof tlvs === 'string') return invalid(tlvs);
  const { width } = layout;
  if (width === undefined) return { kind: 'header', header: { ...nothing, tlvs }, length };
  const end = (index: 0 | 1): ProxiedAddress => {
    const at = fixedBytes + index * width;
    const port = whole.readUInt16BE(fixedBytes + 2 * width + 2 * index);
    return { address: addressText(whole.subarray(at, at + width)), port };
  };
  return { kind: 'header', header: { ...nothing, source: end(0), destination: end(1), tlvs }, length };
}

/**
 * A header of version 2 for a TCP connection. Addresses of both families go as IPv6. Faults with `invalid_argument`
 * where an address or a port is none.
 */
export function encodeProxyV2({
  source,
  destination,
}: {
  readonly source: ProxiedAddress;
  readonly destination: ProxiedAddress;
}): Buffer {
  const [from, to] = [bytesOf(source), bytesOf(destination)];
  const isIpv4 = from.length === 4 && to.length === 4;
  const addresses = isIpv4 ? [from, to] : [from, to].map((one) => (one.length === 4 ? mappedBytes(one) : one));
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  const body = Buffer.concat([...addresses, ports]);
  return Buffer.concat([signature, Buffer.from([0x21, isIpv4 ? 0x11 : 0x21, 0, body.length]), body]);
}

function bytesOf({ address, port }: ProxiedAddress): Buffer {
  const bytes = ipv4Bytes(address) ?? ipv6Bytes(address);
  if (bytes === undefined || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Fault('invalid_argument', 'it is no address and port that a PROXY header can say');
  return bytes;
}

/** What follows the addresses, or what is wrong with it; a checksum among it must be right (section 2.2.3). */
function tlvsOf(header: Buffer, from: number): ProxyTlv[] | string {
  const tlvs: ProxyTlv[] = [];
  let hasChecksum = false;
  for (let at = from; at < header.length;) {
    if (at + 3 > header.length) return 'what follows the addresses is cut off';
    const end = at + 3 + header.readUInt16BE(at + 1);
    if (end > header.length) return 'what follows the addresses is cut off';
    const tlv = { type: header.readUInt8(at), value: header.subarray(at + 3, end) };
    if (tlv.type === crcType) {
      if (hasChecksum) return 'it has two checksums';
      if (tlv.value.length !== 4) return 'its checksum does not have four bytes';
      if (checksumOf(header, at + 3) !== header.readUInt32BE(at + 3)) return 'its checksum is not right';
      hasChecksum = true;
    }
    tlvs.push(tlv);
    at = end;
  }
  return tlvs;
}

/** Of the whole header, with zeros where the checksum stands. */
function checksumOf(header: Buffer, at: number): number {
  const zeroed = Buffer.from(header);
  zeroed.fill(0, at, at + 4);
  return crc32c(zeroed);
}
