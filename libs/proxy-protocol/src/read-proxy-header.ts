import { invalid, type ProxyHeaderResult } from './proxy-header.ts';
import { readProxyV1 } from './proxy-v1.ts';
import { readProxyV2 } from './proxy-v2.ts';

/**
 * Reads the header at the beginning of a connection, of version 1 or 2: their first bytes tell them apart. What stands
 * behind it is not looked at. Never throws.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeaderResult {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.length === 0) return { kind: 'more' };
  if (header[0] === 0x50) return readProxyV1(header); // P
  if (header[0] === 0x0d) return readProxyV2(header);
  return invalid('it begins like neither version of the PROXY protocol');
}
