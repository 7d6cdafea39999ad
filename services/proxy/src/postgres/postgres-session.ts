import type { TLSSocket } from 'node:tls';
import { Fault } from '@inland/kernel';
import {
  FrontendDecoder,
  noticeResponse,
  readParameterStatus,
  type ValueMask,
  type WireMessage,
} from '@inland/postgres-wire';
import type { SqlParser } from '@inland/statements';
import type { Denial, Ending, GatewaySession } from '../pipeline/gateway.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { ClientSide } from './client-side.ts';
import { denialResponse } from './denial-response.ts';
import type { OpenTarget } from './dial-target.ts';
import { Exchange } from './exchange.ts';
import { SessionSql } from './session-sql.ts';
import { Statements } from './statements.ts';
import { TargetSide } from './target-side.ts';
import { endWith } from './write-all.ts';

export interface PostgresSessionOptions {
  readonly session: GatewaySession;
  readonly client: TLSSocket;
  readonly reader: ChunkReader;
  readonly target: OpenTarget;
  readonly mask: ValueMask;
  readonly sqlParser: SqlParser;
  /** Asks the target to stop what it does: nobody waits for it any more. */
  readonly cancelRunning: () => void;
}

/** How a session ended, and the last thing that the client is told. */
interface End {
  readonly ending: Ending;
  readonly reason: string;
  readonly denial?: Denial;
}

const goodbye: End = { ending: 'completed', reason: 'client_closed' };
/** After a goodbye the target may finish what it does, so long. Milliseconds. */
const goodbyeMillisMax = 5_000;

/** Both directions of an open session, until one side leaves, breaks the protocol, or Inland ends it. */
export class PostgresSession {
  readonly #options: PostgresSessionOptions;
  readonly #stopped: Promise<End>;
  #over = false;
  #stop: (end: End) => void = () => undefined;

  constructor(options: PostgresSessionOptions) {
    this.#options = options;
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  /** Ends the session from outside. */
  stop(denial: Denial): void {
    const requestId = this.#options.session.id;
    this.#stop({ ending: 'aborted', reason: denial.code, denial: { ...denial, requestId } });
  }

  /** Resolves when the session is over and its record closed. Never rejects. */
  async run(): Promise<void> {
    const { session, client, target, mask, sqlParser, cancelRunning } = this.#options;
    const onEnded = (): void => this.stop(session.ended.reason as Denial);
    session.ended.addEventListener('abort', onEnded, { once: true });
    if (session.ended.aborted) onEnded();
    const exchange = new Exchange();
    const sql = new SessionSql(sqlParser);
    const clientSide = new ClientSide({
      session,
      exchange,
      statements: new Statements(),
      sql,
      target: target.socket,
      mask,
    });
    const plain = session.mask.length === 0;
    const told = (message: WireMessage): void => {
      const { name, value } = readParameterStatus(message);
      sql.told(name, value);
    };
    for (const message of target.greeting) if (message.type === 'S') told(message);
    const targetSide = new TargetSide({ exchange, client, mask, plain, told });
    session.onWarning((text) => {
      if (!this.#over) client.write(noticeResponse({ message: `Inland: ${text}` }));
    });
    const fromTarget = this.#fromTarget(targetSide, clientSide);
    const end = await Promise.race([this.#stopped, fromTarget, this.#fromClient(clientSide, fromTarget)]);
    session.ended.removeEventListener('abort', onEnded);
    this.#over = true;
    clientSide.stop();
    if (!exchange.idle) cancelRunning();
    target.socket.destroy();
    endWith(client, end.denial && denialResponse(end.denial, lastWord(end)));
    await session.close(end.ending, end.reason);
  }

  async #fromClient(side: ClientSide, fromTarget: Promise<End>): Promise<End> {
    const { reader } = this.#options;
    const decoder = new FrontendDecoder();
    try {
      for (;;) {
        const chunk = await reader.next();
        if (chunk === undefined || this.#over) return { ending: 'aborted', reason: 'client_disconnected' };
        if (await side.handle(decoder.push(chunk))) break;
      }
    } catch (error) {
      return this.#broken(Fault.from(error), 'client');
    }
    // The target closes when it has done what it was asked before the goodbye.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, goodbyeMillisMax);
    });
    await Promise.race([fromTarget, late]);
    clearTimeout(timer);
    return goodbye;
  }

  async #fromTarget(side: TargetSide, clientSide: ClientSide): Promise<End> {
    const { target } = this.#options;
    try {
      for (;;) {
        const chunk = await target.reader.next();
        if (chunk === undefined || this.#over) break;
        await side.handle(target.decoder.pushRuns(chunk));
      }
    } catch (error) {
      return this.#broken(Fault.from(error), 'target');
    }
    return clientSide.leaving ? goodbye : { ending: 'failed', reason: 'target_closed' };
  }

  #broken(fault: Fault, who: 'client' | 'target'): End {
    const { session } = this.#options;
    if (session.ended.aborted) {
      const denial = session.ended.reason as Denial;
      return { ending: 'aborted', reason: denial.code, denial };
    }
    const [code, message] = reasonOf(fault, who);
    return { ending: 'failed', reason: code, denial: { code, rule: '', message, requestId: session.id } };
  }
}

function reasonOf({ code, message }: Fault, who: 'client' | 'target'): readonly [string, string] {
  if (code === 'protocol_violation')
    return who === 'client'
      ? ['protocol_violation', `${message}.`]
      : ['target_unintelligible', 'the target does not keep to the PostgreSQL protocol.'];
  if (code === 'resource_exhausted') return ['statements_too_many', `${message}; close some, or connect again.`];
  return ['record_unavailable', 'the record cannot be kept right now, so nothing may pass; try again in a moment.'];
}

/** Ended by Inland: as when an administrator ends it. Ended by a breach of the protocol: in that one's own words. */
function lastWord(end: End): { readonly severity: 'FATAL'; readonly sqlState?: string } {
  if (end.ending !== 'aborted') return { severity: 'FATAL' };
  return { severity: 'FATAL', sqlState: end.reason === 'session_idle_over' ? '57P05' : '57P01' };
}
