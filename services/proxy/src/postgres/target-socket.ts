import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { Fault, withDeadline } from '@inland/kernel';
import { serverEndPoint, sslRequest, type ChannelBinding } from '@inland/postgres-wire';
import type { ResolvedTarget } from '../pipeline/gateway.ts';

export interface TargetSocket {
  readonly socket: Socket;
  /** How the target proved itself: `sha256:` and its certificate's fingerprint, or `unverified`. */
  readonly identity: string;
  /** What a login there can be bound to. */
  readonly binding: ChannelBinding;
}

/** The target showed another certificate than it must, or none. */
export class TargetIdentityFault extends Fault {
  constructor(message: string, cause?: unknown) {
    super('unavailable', message, { cause });
  }
}

const certificateCode = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_)/;

/**
 * Opens the way to a target, TLS included. Faults with {@link TargetIdentityFault} when it is not the one expected, and
 * with `unavailable` or `timeout` when it cannot be reached.
 */
export async function openTargetSocket(target: ResolvedTarget, millisMax: number): Promise<TargetSocket> {
  const tcp = connectTcp({ host: target.address ?? target.host, port: target.port, keepAlive: true, noDelay: true });
  try {
    return await withDeadline(secured(tcp, target), millisMax, 'reaching the target');
  } catch (error) {
    tcp.destroy();
    throw Fault.from(error, 'unavailable');
  }
}

async function secured(tcp: Socket, target: ResolvedTarget): Promise<TargetSocket> {
  await once(tcp, 'connect');
  const { mode, ca, serverName } = target.tls;
  if (mode === 'disable') return { socket: tcp, identity: 'unverified', binding: { kind: 'none' } };
  tcp.write(sslRequest());
  await once(tcp, 'readable');
  const answer = tcp.read() as Buffer | null;
  if (answer?.length !== 1 || answer[0] !== 0x53) throw new TargetIdentityFault('the target offers no TLS');
  const name = serverName ?? target.host;
  const socket = connectTls({
    socket: tcp,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    secureContext: contextTrusting(ca),
    ALPNProtocols: ['postgresql'],
    ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  });
  try {
    await once(socket, 'secureConnect');
  } catch (error) {
    socket.destroy();
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (certificateCode.test(code))
      throw new TargetIdentityFault(`the target's certificate is not valid: ${code}`, error);
    throw error;
  }
  const fingerprint = socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
  return { socket, identity: `sha256:${fingerprint}`, binding: bindingOf(socket) };
}

/** One for all connections that trust the same: each keeps its certificates parsed. */
const contexts = new Map<string, SecureContext>();
const contextsMax = 100;

/** `ca`: PEM; the certificates that Node trusts, when absent. */
function contextTrusting(ca: string | undefined): SecureContext {
  const key = ca ?? '';
  const kept = contexts.get(key);
  if (kept !== undefined) return kept;
  const made = createSecureContext({ ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' });
  const [oldest] = contexts.keys();
  if (contexts.size >= contextsMax && oldest !== undefined) contexts.delete(oldest);
  contexts.set(key, made);
  return made;
}

function bindingOf(socket: TLSSocket): ChannelBinding {
  const certificate = socket.getPeerX509Certificate();
  const data = certificate && serverEndPoint(certificate.raw, certificate.signatureAlgorithm ?? '');
  return data === undefined ? { kind: 'none' } : { kind: 'server-end-point', data };
}

function once(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Fault('unavailable', 'the target closed the connection')));
    const onEvent = (): void => settle(resolve);
    const settle = (done: () => void): void => {
      socket.off(event, onEvent).off('error', onError).off('close', onClose);
      socket.on('error', () => undefined);
      done();
    };
    socket.on(event, onEvent).on('error', onError).on('close', onClose);
  });
}
