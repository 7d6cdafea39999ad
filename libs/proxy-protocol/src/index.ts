export {
  proxyHeaderBytesMax,
  type ProxiedAddress,
  type ProxyHeader,
  type ProxyHeaderResult,
  type ProxyTlv,
} from './proxy-header.ts';
export { ProxyHeaderReader, type ProxyHeaderReading } from './proxy-header-reader.ts';
export { encodeProxyV2, readProxyV2 } from './proxy-v2.ts';
export { readProxyHeader } from './read-proxy-header.ts';
