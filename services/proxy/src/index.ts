export { EnforcementGateway } from './pipeline/enforcement-gateway.ts';
export type { EnforcementGatewayOptions } from './pipeline/gateway-options.ts';
export { countBuffersAsHeap } from './buffers-as-heap.ts';
export { identityOfCertificate } from './proven-identity.ts';
export { proxyService } from './proxy-service.ts';
export { proxyConfigSchema, type ProxyConfig } from './proxy-config.ts';
export { PostgresListener, type PostgresListenerOptions } from './postgres/postgres-listener.ts';
export { sessionCertificate } from './session-certificate.ts';
export { sshAuthority, type SshAuthority } from './ssh-authority.ts';
export { knownHosts, sshHostCertificate } from './ssh-host-certificate.ts';
export { SshListener, type SshListenerOptions } from './ssh/ssh-listener.ts';
export type {
  AttemptRequest,
  AttemptResult,
  CommandRecord,
  CommandRequest,
  CommandVerdict,
  Denial,
  Ending,
  Gateway,
  GatewaySession,
  Identity,
  ResolvedTarget,
  TargetLogin,
} from './pipeline/gateway.ts';
