import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Fault, withDeadline } from '@inland/kernel';
import { readCertificate } from '@inland/ssh-certificates';
import ssh2, { type ParsedKey } from 'ssh2';
import { clientOrigin, type ClientOrigin } from '../client-origin.ts';
import { HandshakeSlots } from '../handshake-slots.ts';
import { gatewayDenial } from '../pipeline/denials.ts';
import type { Gateway } from '../pipeline/gateway.ts';
import type { Identify } from './key-proof.ts';
import { hasNativeCiphers } from './native-ciphers.ts';
import type { MasksStream } from './output-relay.ts';
import { clientAlgorithms } from './ssh-algorithms.ts';
import { SshConnection } from './ssh-connection.ts';
import { withCertificate } from './with-certificate.ts';

export interface SshListenerOptions {
  readonly gateway: Gateway;
  /** Who is known by a key. Called before the client has signed with it: it must reveal nothing. */
  readonly identify: Identify;
  /** Private keys, OpenSSH or PEM. */
  readonly hostKeys: readonly string[];
  /** `TYPE BASE64`: of one of the host keys, shown to clients that can check it. */
  readonly hostCertificate?: string | undefined;
  /** Proxies that say whom they forward (PROXY protocol 2): addresses and ranges. */
  readonly proxies?: readonly string[];
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly limits: {
    /** Connections that have not proven who they are, at most. */
    readonly unauthenticatedMax: number;
    readonly handshakeMillis: number;
    /** For reaching the target and logging in there; 10 s when absent. */
    readonly dialMillis?: number;
    /** A client that does not answer for three times as long is gone; 30 s when absent. */
    readonly keepaliveMillis?: number;
    /** Connections at all, at most; 10,000 when absent. */
    readonly connectionsMax?: number;
    /** Output of one command that is recorded in full; the rest is counted and hashed. 16 MiB when absent. */
    readonly recordedBytesMax?: number;
  };
  readonly createMasker: (detectors: readonly string[]) => MasksStream;
  readonly logger: { warn(message: string): void };
}

interface Arriving {
  readonly socket: Socket;
  readonly release: () => void;
  readonly origin: ClientOrigin;
}

/**
 * Named so, OpenSSH's client says when nobody reads its output any more (eow@openssh.com): else `ssh host yes | head` would
 * never end.
 */
const ident = 'OpenSSH_compatible Inland';

/** Where `ssh`, `scp` and `sftp` come in. */
export class SshListener {
  readonly #options: SshListenerOptions;
  readonly #slots: HandshakeSlots;
  #ssh: ssh2.Server;
  readonly #server: Server;
  readonly #open = new Set<SshConnection>();
  /** The socket whose connection ssh2 makes right now: it makes it while the socket is handed over. */
  readonly #arriving = new Map<string, Arriving>();

  constructor(options: SshListenerOptions) {
    this.#options = options;
    this.#slots = new HandshakeSlots(options.limits.unauthenticatedMax);
    this.#ssh = this.#speak(options.hostCertificate);
    // Without delay: else each keystroke's echo waits for the acknowledgement of the one before.
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) =>
      this.#arrive(socket),
    );
    this.#server.maxConnections = options.limits.connectionsMax ?? 10_000;
  }

  /** Another certificate for the same host keys, for connections that come from now on. */
  renewHostCertificate(certificate: string): void {
    this.#ssh = this.#speak(certificate);
  }

  /** The port that is listened on. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  /** Faults with `misconfigured` when the port cannot be had. */
  async listen(): Promise<void> {
    const { host, port, logger } = this.#options;
    if (!hasNativeCiphers())
      logger.warn("SSH is slow: ssh2's native ciphers are missing. `npm rebuild` with a C++ compiler makes them.");
    await new Promise<void>((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void =>
        reject(
          new Fault('misconfigured', `SSH cannot listen on ${host}:${port} (${error.code ?? 'failed'})`, {
            cause: error,
          }),
        );
      this.#server.once('error', onError);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', onError);
        this.#server.on('error', (error) => logger.warn(`SSH listener: ${error.message}`));
        resolve();
      });
    });
  }

  /** Takes nobody new, waits for running sessions at most so long, then ends them and says why. */
  async close({ graceMillis }: { readonly graceMillis: number }): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#slots.clear();
    const over = Promise.all([...this.#open].map((connection) => connection.over));
    await withDeadline(over, graceMillis, 'ending sessions').catch(() => undefined);
    for (const connection of this.#open) connection.stop(gatewayDenial('gateway_stopping', ''));
    await over;
    await closed;
  }

  /** What speaks SSH with sockets that are handed to it. */
  #speak(certificate: string | undefined): ssh2.Server {
    const { hostKeys, limits, logger } = this.#options;
    const certified = certificate === undefined ? [] : hostKeysWith(hostKeys, certificate);
    const ssh = new ssh2.Server(
      {
        hostKeys: [...certified, ...hostKeys],
        algorithms: clientAlgorithms,
        ident,
        keepaliveInterval: limits.keepaliveMillis ?? 30_000,
        keepaliveCountMax: 2,
      },
      (connection, { ip, port, header }) => {
        const key = `${ip} ${port}`;
        const arriving = this.#arriving.get(key);
        this.#arriving.delete(key);
        if (arriving === undefined) connection.end();
        else this.#accept(connection, arriving, header.versions.software);
      },
    );
    ssh.on('error', (error: Error) => logger.warn(`SSH listener: ${error.message}`));
    return ssh;
  }

  #arrive(socket: Socket): void {
    const origin = clientOrigin(socket, this.#options.proxies ?? []);
    if (!(origin instanceof Promise)) return this.#speakWith(socket, origin);
    socket.on('error', () => socket.destroy());
    const deadline = setTimeout(() => socket.destroy(), this.#options.limits.handshakeMillis);
    void origin.then((found) => {
      clearTimeout(deadline);
      if (found !== undefined) return this.#speakWith(socket, found);
      this.#options.logger.warn('a proxy did not say whom it forwards, by the PROXY protocol version 2');
      socket.destroy();
    });
  }

  #speakWith(socket: Socket, origin: ClientOrigin): void {
    socket.on('error', () => socket.destroy());
    const leave = this.#slots.take(socket);
    // From the first byte on: who names no software, or never finishes, has no longer than who only offers no key.
    const deadline = setTimeout(() => socket.destroy(), this.#options.limits.handshakeMillis);
    socket.once('close', () => clearTimeout(deadline));
    const release = (): void => {
      clearTimeout(deadline);
      leave();
    };
    const key = `${socket.remoteAddress} ${socket.remotePort}`;
    this.#arriving.set(key, { socket, release, origin });
    socket.once('close', () => this.#arriving.delete(key));
    this.#ssh.injectSocket(socket);
  }

  #accept(connection: ssh2.Connection, { socket, release, origin }: Arriving, software: string): void {
    const { gateway, identify, createMasker, limits, logger } = this.#options;
    const accepted = new SshConnection(
      {
        gateway,
        identify,
        createMasker,
        logger,
        dialMillis: limits.dialMillis ?? 10_000,
        recordedBytesMax: limits.recordedBytesMax ?? 16 * 1024 * 1024,
      },
      { connection, socket, origin, software: software.slice(0, 256), onAuthenticated: release },
    );
    this.#open.add(accepted);
    void accepted.over.then(() => this.#open.delete(accepted));
  }
}

/** The key that a certificate is of, shown by it. */
function hostKeysWith(hostKeys: readonly string[], certificate: string): { readonly key: ParsedKey }[] {
  const certified = readCertificate(Buffer.from(certificate.split(' ')[1] ?? '', 'base64'))?.key;
  const key = hostKeys.find((text) => {
    const parsed = ssh2.utils.parseKey(text);
    return !(parsed instanceof Error) && certified?.equals(parsed.getPublicSSH()) === true;
  });
  if (key === undefined) throw new Fault('misconfigured', 'the host certificate is of none of the host keys');
  return [{ key: withCertificate(key, certificate) }];
}
