import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Coordination } from '@inland/coordination';
import { Fault, withDeadline } from '@inland/kernel';
import type { ValueMask } from '@inland/postgres-wire';
import type { SqlParser } from '@inland/statements';
import { gatewayDenial } from '../pipeline/denials.ts';
import type { Gateway, Identity } from '../pipeline/gateway.ts';
import { clientOrigin } from '../client-origin.ts';
import { CancelRegistry } from './cancel-registry.ts';
import { HandshakeSlots } from '../handshake-slots.ts';
import { PostgresConnection } from './postgres-connection.ts';

export interface PostgresListenerOptions {
  readonly gateway: Gateway;
  /** Who shows this token; never rejects for a bad one. */
  readonly authenticate: (token: string, requestedName: string) => Promise<Identity>;
  /** PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** Proxies that say whom they forward (PROXY protocol 2): addresses and ranges. */
  readonly proxies?: readonly string[];
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly limits: {
    /** Connections that have not proven who they are, at most. */
    readonly unauthenticatedMax: number;
    readonly handshakeMillis: number;
    /** For reaching the target and for logging in there, each; 10 s when absent. */
    readonly dialMillis?: number;
    /** Connections at all, at most; 10,000 when absent. */
    readonly connectionsMax?: number;
  };
  /** Makes a cancel work at whichever replica it arrives. */
  readonly coordination?: Coordination;
  readonly valueMask: (detectors: readonly string[]) => ValueMask;
  readonly sqlParser: SqlParser;
  readonly logger: { warn(message: string): void };
}

/** Where `psql` and other PostgreSQL clients come in. */
export class PostgresListener {
  readonly #options: PostgresListenerOptions;
  readonly #server: Server;
  readonly #slots: HandshakeSlots;
  readonly #cancels: CancelRegistry;
  #secureContext: SecureContext;
  readonly #open = new Map<PostgresConnection, Promise<void>>();

  constructor(options: PostgresListenerOptions) {
    this.#options = options;
    this.#slots = new HandshakeSlots(options.limits.unauthenticatedMax);
    this.#cancels = new CancelRegistry(options.coordination);
    this.#secureContext = secureContextOf(options.tls);
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) =>
      this.#accept(socket),
    );
    this.#server.maxConnections = options.limits.connectionsMax ?? 10_000;
  }

  /** The port that is listened on. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  /** Faults with `misconfigured` when the port cannot be had. */
  async listen(): Promise<void> {
    await this.#cancels.open();
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void =>
        reject(
          new Fault('misconfigured', `PostgreSQL cannot listen on ${host}:${port} (${error.code ?? 'failed'})`, {
            cause: error,
          }),
        );
      this.#server.once('error', onError);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', onError);
        this.#server.on('error', (error) => this.#options.logger.warn(`PostgreSQL listener: ${error.message}`));
        resolve();
      });
    });
  }

  /** New connections are shown this certificate. */
  renew(tls: PostgresListenerOptions['tls']): void {
    this.#secureContext = secureContextOf(tls);
  }

  /** Takes nobody new, waits for running sessions at most so long, then ends them and says why. */
  async close({ graceMillis }: { readonly graceMillis: number }): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#slots.clear();
    const over = Promise.all(this.#open.values());
    await withDeadline(over, graceMillis, 'ending sessions').catch(() => undefined);
    for (const connection of this.#open.keys()) connection.stop(gatewayDenial('gateway_stopping', ''));
    await over;
    await this.#cancels.close();
    await closed;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const release = this.#slots.take(socket);
    const { gateway, authenticate, valueMask, sqlParser, limits, logger } = this.#options;
    const connection = new PostgresConnection(
      {
        gateway,
        authenticate,
        valueMask,
        sqlParser,
        logger,
        secureContext: this.#secureContext,
        cancels: this.#cancels,
        handshakeMillis: limits.handshakeMillis,
        dialMillis: limits.dialMillis ?? 10_000,
      },
      socket,
    );
    const over = connection
      .run(release, clientOrigin(socket, this.#options.proxies ?? []))
      .finally(() => this.#open.delete(connection));
    this.#open.set(connection, over);
  }
}

function secureContextOf(tls: PostgresListenerOptions['tls']): SecureContext {
  return createSecureContext({ ...tls, minVersion: 'TLSv1.2' });
}
