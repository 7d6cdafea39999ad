import type { Socket } from 'node:net';
import type { Client, Connection, Session } from 'ssh2';
import { Fault, withDeadline } from '@inland/kernel';
import type { Denial, Gateway, GatewaySession, Identity } from '../pipeline/gateway.ts';
import type { ClientOrigin } from '../client-origin.ts';
import { dialSshTarget } from './dial-ssh-target.ts';
import { KeyProof, type Identify } from './key-proof.ts';
import type { MasksStream } from './output-relay.ts';
import { ForwardedConnections } from './forwarded-connections.ts';
import { ForwardingsAsked } from './forwardings-asked.ts';
import { ForwardingsIn } from './forwardings-in.ts';
import { forwardOut } from './forwardings-out.ts';
import { Notices } from './notices.ts';
import type { OpenedWay } from './opened-way.ts';
import { SessionChannel } from './session-channel.ts';
import { openFailure, type RejectOpen } from './ssh2-patched.ts';

export interface SshConnectionServices {
  readonly gateway: Gateway;
  readonly identify: Identify;
  readonly createMasker: (detectors: readonly string[]) => MasksStream;
  readonly dialMillis: number;
  readonly recordedBytesMax: number;
  readonly logger: { warn(message: string): void };
}

/** Channels of one connection that are open together. */
const channelsMax = 100;

/** How long a client has to show why its channels end, and to leave. */
const partingMillis = 500;

/** How long a target may take to end what ran, once its client is gone. */
const channelEndMillis = 5_000;

/** One client, from its first byte to its last: key → decision → way to the target → channels. */
export class SshConnection {
  readonly #services: SshConnectionServices;
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #software: string;
  readonly #channels = new Set<SessionChannel>();
  #channelCount = 0;
  readonly #notices = new Notices();
  readonly #forwarded = new ForwardedConnections();
  #forwardings: readonly { over(): Promise<void> }[] = [];
  readonly #proof: KeyProof;
  readonly #over: Promise<void>;
  /** Aborts when the client has left. */
  readonly #gone = new AbortController();
  #session: GatewaySession | undefined;
  #way: Promise<OpenedWay> | undefined;
  #target: Client | undefined;

  constructor(
    services: SshConnectionServices,
    client: {
      readonly connection: Connection;
      readonly socket: Socket;
      /** Where the client is, as a proxy says it, or else the socket. */
      readonly origin: ClientOrigin;
      readonly software: string;
      readonly onAuthenticated: () => void;
    },
  ) {
    const { connection, socket, origin, software, onAuthenticated } = client;
    this.#services = services;
    this.#connection = connection;
    this.#socket = socket;
    this.#software = software;
    this.#proof = new KeyProof(services.identify, () => connection.end(), origin.address);
    connection.on('error', () => socket.destroy()); // what is no SSH ends this connection, and nothing else
    connection.on('authentication', (context) => {
      this.#proof.answer(context).catch((error: unknown) => {
        services.logger.warn(`a key could not be looked up: ${Fault.from(error).code}`);
        context.reject(['publickey']);
      });
    });
    connection.once('ready', () => {
      onAuthenticated();
      this.#way = this.#findWay(origin);
      const asked = this.#forward(this.#way);
      connection.on('session', (accept, reject) => this.#openSession(accept, reject as RejectOpen, asked));
    });
    this.#over = new Promise((resolve) => {
      connection.once('close', () => {
        this.#gone.abort();
        this.#left(origin).then(resolve, resolve);
      });
    });
  }

  /** Resolves when the connection is over and its record closed. */
  get over(): Promise<void> {
    return this.#over;
  }

  /** Tells the person on every open channel, and ends. */
  stop(denial: Denial): void {
    for (const channel of this.#channels) channel.refuse(denial);
    // A client leaves by itself when its last channel ends. Were it disconnected at once, it would not show the words.
    setTimeout(() => this.#connection.end(), partingMillis).unref();
    setTimeout(() => this.#socket.destroy(), 2 * partingMillis).unref();
  }

  #openSession(accept: () => Session, reject: RejectOpen, asked: ForwardingsAsked): void {
    const way = this.#way;
    if (way === undefined || this.#channels.size >= channelsMax)
      return reject(openFailure.resourceShortage, `Inland opens at most ${channelsMax} sessions on one connection`);
    const { createMasker, recordedBytesMax } = this.#services;
    this.#channelCount += 1;
    const channel = new SessionChannel(accept(), {
      number: this.#channelCount,
      way,
      notices: this.#notices,
      ask: (kind, number) => asked.ask(kind, number),
      createMasker,
      recordedBytesMax,
    });
    this.#channels.add(channel);
    void channel.over.then(() => this.#channels.delete(channel));
  }

  /** What a client may have forwarded, each kind where it is granted by name. */
  #forward(way: Promise<OpenedWay>): ForwardingsAsked {
    const context = {
      connection: this.#connection,
      way,
      open: this.#forwarded,
      notices: this.#notices,
      isGone: () => this.#socket.destroyed,
    };
    forwardOut(context);
    const asked = new ForwardingsAsked(context);
    this.#forwardings = [new ForwardingsIn(context), asked];
    return asked;
  }

  async #findWay(client: ClientOrigin): Promise<OpenedWay> {
    const { gateway, dialMillis } = this.#services;
    const proven = this.#proof.proven;
    const unproven: Identity = { kind: 'unproven', method: 'ssh-key', credentialId: '', reason: 'credential_missing' };
    const result = await gateway.attempt({
      protocol: 'ssh',
      requestedName: proven?.user ?? '',
      client: { ...client, software: this.#software },
      identity: proven?.identity ?? unproven,
      waiting: { tell: (text) => this.#notices.tell(text), gone: this.#gone.signal },
    });
    if (result.kind === 'refused') return result;
    const { session, target } = result;
    this.#session = session;
    const dialled = await dialSshTarget(target, dialMillis);
    if (dialled.kind === 'failed') {
      await session.close('failed', dialled.code);
      const { code, message } = dialled;
      return { kind: 'refused', denial: { code, message, rule: '', requestId: session.id } };
    }
    const { client: way, hostKey } = dialled;
    way.once('close', () => void this.#targetLost(session));
    this.#target = way;
    if (this.#socket.destroyed) way.end(); // left while the target was dialled
    session.onWarning((text) => this.#notices.tell(`Inland: ${text}`));
    session.ended.addEventListener('abort', () => {
      this.stop(session.ended.reason as Denial);
      way.end();
    });
    try {
      await session.opened({ address: `${target.host}:${target.port}`, identity: hostKey });
    } catch {
      // The session has ended by itself: its reason is told on every channel.
    }
    if (session.ended.aborted) return { kind: 'refused', denial: session.ended.reason as Denial };
    return { kind: 'open', session, target: way };
  }

  /** The target ended the connection by itself: what ran ends, and then the client's connection. */
  async #targetLost(session: GatewaySession): Promise<void> {
    if (this.#socket.destroyed || session.ended.aborted) return;
    await this.#channelsDone();
    await session.close('failed', 'target_lost');
    setTimeout(() => this.#connection.end(), partingMillis).unref();
  }

  /** What runs has its end in the record before the session has. */
  async #channelsDone(): Promise<void> {
    const forwardings = this.#forwardings.map((each) => each.over());
    const channels = Promise.all([
      ...[...this.#channels].map(({ done }) => done),
      this.#forwarded.done,
      ...forwardings,
    ]);
    await withDeadline(channels, channelEndMillis, 'ending channels').catch(() => undefined);
  }

  async #left(client: ClientOrigin): Promise<void> {
    const unknown = this.#proof.lastUnknown;
    if (this.#way === undefined) {
      // Nobody was let in: the attempt is in the record, once, when a key was offered.
      if (unknown === undefined) return;
      const { identity, user } = unknown;
      const request = { protocol: 'ssh', requestedName: user, identity } as const;
      await this.#services.gateway.attempt({ ...request, client: { ...client, software: this.#software } });
      return;
    }
    const way = await this.#way;
    if (way.kind === 'refused' && this.#session === undefined) return;
    await this.#channelsDone();
    this.#target?.end();
    const ended = this.#session?.ended;
    if (ended?.aborted === true) await this.#session?.close('aborted', (ended.reason as Denial).code);
    else await this.#session?.close('completed', 'client_closed');
  }
}
