export {
  proxyHeaderBytesMax,
  readProxyHeader,
  writeProxyHeader,
  type ProxiedAddress,
  type ProxyHeader,
  type ProxyHeaderResult,
} from './proxy-header.ts';
