import { addressText, ipv4Bytes, ipv6Bytes } from './address-text.ts';
import { invalid, type ProxiedAddress, type ProxyHeader, type ProxyHeaderResult } from './proxy-header.ts';

/** The longest line that there can be, with its end (section 2.1). */
const lineBytesMax = 107;
const begin = Buffer.from('PROXY ');

/** Reads a line of version 1 (section 2.1): `PROXY TCP4 192.0.2.1 198.51.100.7 56324 443`. */
export function readProxyV1(bytes: Buffer): ProxyHeaderResult {
  const known = Math.min(bytes.length, begin.length);
  if (bytes.compare(begin, 0, known, 0, known) !== 0) return invalid('it does not begin with the word PROXY');
  const end = bytes.subarray(0, lineBytesMax).indexOf('\r\n');
  if (end < 0)
    return bytes.length < lineBytesMax ? { kind: 'more' } : invalid(`its line does not end in ${lineBytesMax} bytes`);
  const header = headerOf(bytes.toString('latin1', begin.length, end));
  return typeof header === 'string' ? invalid(header) : { kind: 'header', header, length: end + 2 };
}

/** What the line says, or what is wrong with it. */
function headerOf(line: string): ProxyHeader | string {
  const [protocol, from = '', to = '', fromPort = '', toPort = '', ...more] = line.split(' ');
  if (protocol === 'UNKNOWN') return { version: 1, command: 'proxy', source: null, destination: null, tlvs: [] };
  if (protocol !== 'TCP4' && protocol !== 'TCP6') return 'its protocol is none of TCP4, TCP6 and UNKNOWN';
  const bytesOf = protocol === 'TCP4' ? ipv4Bytes : ipv6Bytes;
  const end = (address: string, port: string): ProxiedAddress | undefined => {
    const bytes = bytesOf(address);
    const isPort = /^(?:0|[1-9]\d{0,4})$/.test(port) && Number(port) <= 65_535;
    return bytes === undefined || !isPort ? undefined : { address: addressText(bytes), port: Number(port) };
  };
  const [source, destination] = [end(from, fromPort), end(to, toPort)];
  if (source === undefined || destination === undefined || more.length > 0)
    return `it does not have two addresses of ${protocol} and two ports`;
  return { version: 1, command: 'proxy', source, destination, tlvs: [] };
}
