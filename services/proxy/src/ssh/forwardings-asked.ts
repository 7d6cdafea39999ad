import type { Channel } from 'ssh2';
import type { CommandRecord } from '../pipeline/gateway.ts';
import { tooManyForwarded } from './forwarded-connections.ts';
import { carryIn, type Asked, type ForwardingInContext } from './forwardings-in.ts';
import type { OpenedWay } from './opened-way.ts';
import { denialLine } from './refused-channel.ts';
import { openFailure, type RejectOpen } from './ssh2-patched.ts';

type Kind = 'ssh.forward-agent' | 'ssh.forward-x11';
type Way = Extract<OpenedWay, { kind: 'open' }>;

const whatOf: Readonly<Record<Kind, string>> = {
  'ssh.forward-agent': 'Your agent is not forwarded.',
  'ssh.forward-x11': 'X11 is not forwarded.',
};

/**
 * The client's agent (auth-agent-req@openssh.com) and its X11 display (RFC 4254 §6.3), which a target may use once a
 * session has asked for that, and it was allowed. That is a command until the connection's end, and so is each use.
 */
export class ForwardingsAsked {
  readonly #context: ForwardingInContext;
  readonly #allowed = new Map<Kind, CommandRecord>();

  constructor(context: ForwardingInContext) {
    this.#context = context;
    void context.way.then((way) => {
      if (way.kind === 'open') this.#serve(way);
    });
  }

  /** Whether the session that asks may have it. Refused, the person is told why. Never rejects. */
  async ask(kind: Kind, channel: number): Promise<boolean> {
    const { way: decided, notices } = this.#context;
    const way = await decided;
    if (way.kind === 'refused') return false; // that is told by the session itself
    const verdict = await way.session.submit({ operation: kind, text: '', channel });
    if (verdict.kind === 'refused') {
      notices.tell(`${whatOf[kind]} ${denialLine(verdict.denial)}`);
      return false;
    }
    const before = this.#allowed.get(kind);
    this.#allowed.set(kind, verdict.command);
    await before?.completed({}).catch(() => undefined);
    return true;
  }

  /** Nothing is forwarded any more. Resolves when that is in the record. */
  async over(): Promise<void> {
    const commands = [...this.#allowed.values()];
    this.#allowed.clear();
    await Promise.all(commands.map((command) => command.completed({ status: 'client_closed' })));
  }

  #serve(way: Way): void {
    const { connection } = this.#context;
    way.target.on('auth-agent', (accept, reject) => {
      this.#used('ssh.forward-agent', way, { accept, reject }, (opened) => connection.openssh_authAgent(opened));
    });
    way.target.on('x11', ({ srcIP, srcPort }, accept, reject) => {
      this.#used('ssh.forward-x11', way, { accept, reject }, (opened) => connection.x11(srcIP, srcPort, opened));
    });
  }

  #used(
    kind: Kind,
    way: Way,
    asked: Asked,
    open: (opened: (error: Error | undefined, channel: Channel) => void) => void,
  ): void {
    const reject = asked.reject as RejectOpen;
    if (!this.#allowed.has(kind)) return reject(openFailure.prohibited, 'this was not asked for');
    const taken = this.#context.open.add(() => carryIn(way, { operation: kind, text: '' }, asked, open, this.#context));
    if (!taken) reject(openFailure.resourceShortage, tooManyForwarded);
  }
}
