import type { Channel, Client } from 'ssh2';
import type { CommandRecord, CommandRequest } from '../pipeline/gateway.ts';
import { carryForwarded } from './forwarded-connection.ts';
import { forwardedMax, tooManyForwarded } from './forwarded-connections.ts';
import type { ForwardingContext } from './forwardings-out.ts';
import type { Notices } from './notices.ts';
import type { OpenedWay } from './opened-way.ts';
import { placeOf } from './place.ts';
import { denialLine } from './refused-channel.ts';
import { openFailure, openFailureOf, type RejectOpen } from './ssh2-patched.ts';

export interface ForwardingInContext extends ForwardingContext {
  readonly notices: Notices;
}

type Opened = (error: Error | undefined, channel: Channel) => void;
type Way = Extract<OpenedWay, { kind: 'open' }>;

/** A port or a socket of the target that is listened on for the client. */
interface Listening {
  readonly operation: 'ssh.forward-remote' | 'ssh.forward-socket';
  readonly text: string;
  readonly destination?: { readonly host: string; readonly port: number };
  /** Asks the target; gives the port that it listens on, or an error. */
  start(target: Client, started: (error: Error | null | undefined, port?: number) => void): void;
}

/**
 * What a client has its target listen on: `ssh -R` with a port (tcpip-forward, RFC 4254 §7.1) or a socket
 * (streamlocal-forward@openssh.com). The listening is a command until its end, and so is each connection that comes of it.
 */
export class ForwardingsIn {
  readonly #context: ForwardingInContext;
  readonly #listening = new Map<string, CommandRecord>();

  constructor(context: ForwardingInContext) {
    this.#context = context;
    context.connection.on(
      'request',
      (accept?: (port?: number) => void, reject?: () => void, name?: string, info?: unknown) => {
        const answer = { accept: accept ?? ignore, reject: reject ?? ignore };
        this.#requested(name ?? '', info as TcpBind & SocketBind, answer).catch(() => answer.reject());
      },
    );
    void context.way.then((way) => {
      if (way.kind === 'open') this.#serve(way);
    });
  }

  /** Nobody listens any more. Resolves when that is in the record. */
  async over(): Promise<void> {
    const commands = [...this.#listening.values()];
    this.#listening.clear();
    await Promise.all(commands.map((command) => command.completed({ status: 'client_closed' })));
  }

  async #requested(name: string, info: TcpBind & SocketBind, answer: Answer): Promise<void> {
    const { bindAddr, bindPort, socketPath } = info;
    const way = await this.#context.way;
    switch (name) {
      case 'tcpip-forward':
        // Everywhere is no place that is known: who connects there may be anybody.
        return this.#listen(
          way,
          answer,
          {
            operation: 'ssh.forward-remote',
            text: placeOf(bindAddr || '*', bindPort),
            destination: { host: bindAddr || '*', port: bindPort },
            start: (target, started) => target.forwardIn(bindAddr, bindPort, started),
          },
          (port) => tcpKey(bindAddr, port ?? bindPort),
        );
      case 'streamlocal-forward@openssh.com':
        return this.#listen(
          way,
          answer,
          {
            operation: 'ssh.forward-socket',
            text: socketPath,
            start: (target, started) => target.openssh_forwardInStreamLocal(socketPath, started),
          },
          () => socketPath,
        );
      case 'cancel-tcpip-forward':
        return this.#cancel(way, answer, tcpKey(bindAddr, bindPort), (target, done) => {
          target.unforwardIn(bindAddr, bindPort, done);
        });
      case 'cancel-streamlocal-forward@openssh.com':
        return this.#cancel(way, answer, socketPath, (target, done) => {
          target.openssh_unforwardInStreamLocal(socketPath, done);
        });
      default:
        return answer.reject();
    }
  }

  async #listen(way: OpenedWay, answer: Answer, listening: Listening, keyOf: (port?: number) => string): Promise<void> {
    const { notices, isGone } = this.#context;
    const { operation, text, destination } = listening;
    const refuse = (because: string): void => {
      // The protocol has no words for it: they are shown where something runs.
      notices.tell(`Nothing listens on ${text} at the target. ${because}`);
      answer.reject();
    };
    if (way.kind === 'refused') return refuse(denialLine(way.denial));
    if (this.#listening.size >= forwardedMax) return refuse(`${tooManyForwarded}.`);
    const verdict = await way.session.submit({
      operation,
      text,
      ...(destination === undefined ? {} : { destination }),
    });
    if (verdict.kind === 'refused') return refuse(denialLine(verdict.denial));
    const { command } = verdict;
    let port: number | undefined;
    try {
      port = await new Promise((resolve, fail) => {
        listening.start(way.target, (error, chosen) => (error ? fail(error) : resolve(chosen)));
      });
    } catch {
      refuse('The target refused it.');
      await command.completed({ status: 'target_refused' });
      return;
    }
    if (isGone()) return command.completed({ status: 'client_closed' });
    this.#listening.set(keyOf(port), command);
    answer.accept(port);
  }

  async #cancel(
    way: OpenedWay,
    answer: Answer,
    key: string,
    stop: (target: Client, done: (error?: Error | null) => void) => void,
  ): Promise<void> {
    const command = this.#listening.get(key);
    if (command === undefined || way.kind === 'refused') return answer.reject();
    this.#listening.delete(key);
    await new Promise<void>((resolve) => stop(way.target, () => resolve()));
    await command.completed({});
    answer.accept();
  }

  #serve(way: Way): void {
    const { connection } = this.#context;
    const { target } = way;
    target.on('tcp connection', (info, accept, reject) => {
      const { destIP, destPort, srcIP, srcPort } = info;
      // Data goes from and to who connected: the place that counts is theirs.
      const destination = { host: srcIP, port: srcPort };
      const request = { operation: 'ssh.forward-remote', text: placeOf(destIP || '*', destPort), destination };
      this.#connected(way, request, { accept, reject }, (opened) => {
        connection.forwardOut(destIP, destPort, srcIP, srcPort, opened);
      });
    });
    target.on('unix connection', ({ socketPath }, accept, reject) => {
      this.#connected(way, { operation: 'ssh.forward-socket', text: socketPath }, { accept, reject }, (opened) => {
        connection.openssh_forwardOutStreamLocal(socketPath, opened);
      });
    });
  }

  #connected(way: Way, request: CommandRequest, asked: Asked, open: (opened: Opened) => void): void {
    const taken = this.#context.open.add(() => carryIn(way, request, asked, open, this.#context));
    if (!taken) (asked.reject as RejectOpen)(openFailure.resourceShortage, tooManyForwarded);
  }
}

export interface Asked {
  readonly accept: () => Channel;
  readonly reject: RejectOpen | (() => void);
}

/** A connection that came about at the target, on its way to the client. */
export async function carryIn(
  { session }: Way,
  request: CommandRequest,
  { accept, reject }: Asked,
  open: (opened: Opened) => void,
  { isGone }: Pick<ForwardingContext, 'isGone'>,
): Promise<void> {
  const verdict = await session.submit(request);
  if (verdict.kind === 'refused') return (reject as RejectOpen)(openFailure.prohibited, denialLine(verdict.denial));
  const { command } = verdict;
  let client: Channel;
  try {
    client = await new Promise((resolve, fail) => {
      if (isGone()) fail(new Error('the client is gone'));
      else open((error, channel) => (error ? fail(error) : resolve(channel)));
    });
  } catch (error) {
    const { reason, description } = openFailureOf(error);
    (reject as RejectOpen)(reason, description);
    await command.completed({ status: 'client_channel_refused' });
    return;
  }
  await carryForwarded(client, accept(), command);
  await command.completed({ status: isGone() ? 'client_closed' : '' });
}

interface TcpBind {
  readonly bindAddr: string;
  readonly bindPort: number;
}

interface SocketBind {
  readonly socketPath: string;
}

interface Answer {
  readonly accept: (port?: number) => void;
  readonly reject: () => void;
}

const ignore = (): void => undefined;
const tcpKey = (address: string, port: number): string => `${address} ${port}`;
