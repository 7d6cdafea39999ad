import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { Fault } from '@inland/kernel';
import {
  authenticationOk,
  backendKeyData,
  errorResponse,
  maskFields,
  noticeResponse,
  readyForQuery,
  type ValueMask,
  type StartupPacket,
} from '@inland/postgres-wire';
import type { SqlParser } from '@inland/statements';
import type { CommandRecord, Denial, Gateway, GatewaySession, Identity, ResolvedTarget } from '../pipeline/gateway.ts';
import { clientOrigin, type ClientOrigin } from '../client-origin.ts';
import { askToken } from './ask-token.ts';
import type { CancelRegistry } from './cancel-registry.ts';
import { cancelAtTarget } from './cancel-target.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { greetClient } from './client-greeting.ts';
import { denialResponse } from './denial-response.ts';
import { dialTarget, type DialResult, type OpenTarget } from './dial-target.ts';
import { PostgresSession } from './postgres-session.ts';
import { ReplicationStream } from './replication-stream.ts';
import { asksReplication, startupParameters } from './startup-parameters.ts';
import { endWith, writeAll } from './write-all.ts';

export interface ConnectionServices {
  readonly gateway: Gateway;
  readonly authenticate: (token: string, requestedName: string) => Promise<Identity>;
  readonly secureContext: SecureContext;
  readonly cancels: CancelRegistry;
  readonly valueMask: (detectors: readonly string[]) => ValueMask;
  readonly sqlParser: SqlParser;
  readonly handshakeMillis: number;
  readonly dialMillis: number;
  readonly logger: { warn(message: string): void };
}

type Startup = Extract<StartupPacket, { kind: 'startup' }>;

const dialFailures = {
  target_unreachable: 'the target cannot be reached right now.',
  target_credential_refused: "the target does not accept the gateway's credential; your platform team must renew it.",
  target_identity_changed:
    'the target does not show the certificate that it must, so nothing was sent to it. Tell your platform team.',
  target_login_unsupported: 'the target asks for a kind of login that is not safe enough (SCRAM-SHA-256 is).',
} as const;

/**
 * One client, from its first byte to its last: greeting → login → decision → way to the target → {@link PostgresSession}.
 * Each of these says itself why it goes no further.
 */
export class PostgresConnection {
  readonly #services: ConnectionServices;
  readonly #tcp: Socket;
  /** The client knows who we are, and reads our messages: it can be told why it ends. */
  #client: TLSSocket | undefined;
  #session: PostgresSession | ReplicationStream | undefined;
  /** The client knows that its login was good: from then on it takes notices. */
  #told = false;

  constructor(services: ConnectionServices, tcp: Socket) {
    this.#services = services;
    this.#tcp = tcp;
  }

  /** Resolves when the connection is over. Never rejects. */
  async run(
    onAuthenticated: () => void,
    origin: ClientOrigin | Promise<ClientOrigin | undefined> = clientOrigin(this.#tcp, []),
  ): Promise<void> {
    try {
      await this.#greet(onAuthenticated, origin);
    } catch (error) {
      const fault = Fault.from(error);
      if (fault.code === 'protocol_violation') this.#refuse('protocol_violation', fault.message, '');
      else {
        this.#services.logger.warn(`a PostgreSQL connection ended by a fault: ${fault.code}`);
        this.#refuse('internal', 'something went wrong at the gateway.', '');
      }
    }
  }

  /** The gateway stops: the client is told, and cut off. */
  stop(denial: Denial): void {
    if (this.#session !== undefined) this.#session.stop(denial);
    else if (this.#client !== undefined) endWith(this.#client, denialResponse(denial, { severity: 'FATAL' }));
    else this.#tcp.destroy();
  }

  async #greet(onAuthenticated: () => void, stated: ClientOrigin | Promise<ClientOrigin | undefined>): Promise<void> {
    const deadline = setTimeout(() => this.#tcp.destroy(), this.#services.handshakeMillis);
    try {
      const origin = stated instanceof Promise ? await stated : stated;
      if (origin === undefined) {
        this.#services.logger.warn('a proxy did not say whom it forwards, by the PROXY protocol version 2');
        this.#tcp.destroy();
        return;
      }
      const greeting = await greetClient(this.#tcp, this.#services.secureContext);
      switch (greeting?.kind) {
        case undefined:
          this.#tcp.destroy();
          return;
        case 'cancel':
          await this.#services.cancels.request(greeting.processId, greeting.secret);
          this.#tcp.end();
          return;
        case 'unencrypted':
          endWith(this.#tcp, encryptionNeeded());
          return;
        case 'startup':
      }
      const { socket, reader, packet } = greeting;
      this.#client = socket;
      const user = packet.parameters.get('user') ?? '';
      const token = await askToken(socket, reader, packet);
      if (token === undefined) {
        socket.destroy();
        return;
      }
      const identity = await this.#services.authenticate(token, user);
      clearTimeout(deadline);
      onAuthenticated();
      await this.#attempt({ socket, reader, packet, user, identity, origin });
    } finally {
      clearTimeout(deadline);
    }
  }

  async #attempt(client: {
    readonly socket: TLSSocket;
    readonly reader: ChunkReader;
    readonly packet: Startup;
    readonly user: string;
    readonly identity: Identity;
    readonly origin: ClientOrigin;
  }): Promise<void> {
    const { socket, packet, user, identity, origin } = client;
    const gone = new AbortController();
    const left = (): void => gone.abort();
    socket.once('close', left);
    const result = await this.#services.gateway.attempt({
      protocol: 'postgres',
      requestedName: user,
      client: {
        ...origin,
        software: packet.parameters.get('application_name') ?? '',
      },
      identity,
      waiting: { tell: (text) => this.#tellEarly(socket, text), gone: gone.signal },
    });
    socket.off('close', left);
    if (result.kind === 'refused') {
      endWith(socket, denialResponse(result.denial, { severity: 'FATAL' }));
      return;
    }
    const { session, target } = result;
    try {
      await this.#open(client, session, target);
    } catch (error) {
      if (!session.ended.aborted) {
        await session.close('failed', 'internal');
        throw error;
      }
      const denial = session.ended.reason as Denial;
      endWith(socket, denialResponse(denial, { severity: 'FATAL' }));
      await session.close('aborted', denial.code);
    }
  }

  async #open(
    client: {
      readonly socket: TLSSocket;
      readonly reader: ChunkReader;
      readonly packet: Startup;
      readonly user: string;
    },
    session: GatewaySession,
    target: ResolvedTarget,
  ): Promise<void> {
    const { socket, reader, packet, user } = client;
    const parameters = startupParameters(packet.parameters, user);
    const replication = asksReplication(packet.parameters) ? await this.#submitReplication(packet, session) : undefined;
    if (replication === 'refused') return;
    const { dialMillis } = this.#services;
    const dialled = await dialTarget({ target, parameters, millisMax: dialMillis });
    if (dialled.kind !== 'open') {
      await this.#dialFailed(dialled, session);
      return;
    }
    const mask = this.#services.valueMask(session.mask);
    const { key } = dialled.target;
    const cancelRunning = (): void => {
      if (key !== undefined) void cancelAtTarget(target, key, dialMillis);
    };
    const cancel = this.#services.cancels.register(cancelRunning, packet.minor >= 2 ? 32 : 4);
    try {
      if (replication !== undefined) {
        const { target: way } = dialled;
        const stream = new ReplicationStream({ session, command: replication, client: socket, reader, target: way });
        this.#session = stream;
        await session.opened({ address: `${target.host}:${target.port}`, identity: way.identity });
        await writeAll(socket, this.#welcome(way, cancel, mask));
        await stream.run();
        return;
      }
      this.#session = new PostgresSession({
        session,
        client: socket,
        reader,
        target: dialled.target,
        mask,
        sqlParser: this.#services.sqlParser,
        cancelRunning,
      });
      await session.opened({ address: `${target.host}:${target.port}`, identity: dialled.target.identity });
      await writeAll(socket, this.#welcome(dialled.target, cancel, mask));
      await this.#session.run();
    } finally {
      dialled.target.socket.destroy();
      cancel.release();
    }
  }

  /** A replication stream is one command. Its rows cannot be masked: where they must be, there is none. */
  async #submitReplication(packet: Startup, session: GatewaySession): Promise<CommandRecord | 'refused'> {
    const text = `replication=${packet.parameters.get('replication') ?? ''}`;
    const verdict = await session.submit({ operation: 'postgres.replication', text });
    if (verdict.kind === 'allowed' && session.mask.length === 0) return verdict.command;
    const unmasked = 'values must be masked here, and those of a replication stream cannot be.';
    const denial =
      verdict.kind === 'refused'
        ? verdict.denial
        : { code: 'replication_unmasked', rule: '', message: unmasked, requestId: session.id };
    if (verdict.kind === 'allowed') await verdict.command.completed({ status: denial.code });
    if (this.#client !== undefined) endWith(this.#client, denialResponse(denial, { severity: 'FATAL' }));
    await session.close('failed', denial.code);
    return 'refused';
  }

  #tellEarly(socket: TLSSocket, text: string): void {
    if (!this.#told) socket.write(authenticationOk());
    this.#told = true;
    socket.write(noticeResponse({ message: text }));
  }

  #welcome(
    target: OpenTarget,
    key: { readonly processId: number; readonly secret: Buffer },
    mask: ValueMask,
  ): Buffer[] {
    const greeting = target.greeting.map(({ type, raw }) => (type === 'N' ? maskFields(raw, mask).raw : raw));
    return [
      ...(this.#told ? [] : [authenticationOk()]),
      ...greeting,
      backendKeyData(key.processId, key.secret),
      readyForQuery('I'),
    ];
  }

  async #dialFailed(result: Exclude<DialResult, { kind: 'open' }>, session: GatewaySession): Promise<void> {
    if (result.kind === 'refused') {
      const { raw } = maskFields(result.response.raw, this.#services.valueMask(session.mask));
      if (this.#client !== undefined) endWith(this.#client, raw);
      await session.close('failed', 'target_refused');
      return;
    }
    this.#refuse(result.code, dialFailures[result.code], session.id);
    await session.close('failed', result.code);
  }

  #refuse(code: string, message: string, requestId: string): void {
    const socket = this.#client;
    if (socket === undefined) this.#tcp.destroy();
    else endWith(socket, denialResponse({ code, rule: '', message, requestId }, { severity: 'FATAL' }));
  }
}

function encryptionNeeded(): Buffer {
  return errorResponse({
    severity: 'FATAL',
    sqlState: '28000',
    message: 'Inland refused this: the connection is not encrypted, so your token could be read on the way.',
    hint: 'Connect with sslmode=require, or verify-full.',
  });
}
