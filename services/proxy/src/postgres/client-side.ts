import type { Writable } from 'node:stream';
import { Fault } from '@inland/kernel';
import {
  bodyOffset,
  parse,
  query,
  readBind,
  readExecute,
  readFunctionId,
  readNamed,
  readParse,
  readText,
  type ValueMask,
  type WireMessage,
} from '@inland/postgres-wire';
import type { CommandVerdict, Denial, GatewaySession } from '../pipeline/gateway.ts';
import { functionCall } from './function-calls.ts';
import { CopyInputRecord } from './copy-input-record.ts';
import { step, type Exchange, type Step } from './exchange.ts';
import { runsAtOnce } from './runs-at-once.ts';
import type { SessionSql } from './session-sql.ts';
import { shownParameters } from './shown-parameters.ts';
import type { Statements } from './statements.ts';
import { writeAll } from './write-all.ts';

/** Messages whose verdicts are asked for together; their order is kept all the same. */
const togetherMax = 64;
/** The name of a statement that is never made: its text does not parse. */
const neverMade = 'inland_refused';

/** A message with what was asked for it. */
interface Prepared {
  readonly message: WireMessage;
  readonly fields: Partial<Step>;
  readonly verdict?: Promise<CommandVerdict>;
}

export interface ClientSideOptions {
  readonly session: GatewaySession;
  readonly exchange: Exchange;
  readonly statements: Statements;
  readonly sql: SessionSql;
  readonly target: Writable;
  readonly mask: ValueMask;
}

/**
 * From the client to the target: each statement is decided and durable before its bytes go. What is refused is
 * replaced by a statement that the target cannot parse, so that the target itself answers in the right place, and its
 * transaction fails for it as for the client; its error is then told in our words.
 */
export class ClientSide {
  readonly #options: ClientSideOptions;
  #out: Buffer[] = [];
  /** After a refusal in the extended protocol nothing passes up to the next Sync, as the target does it itself. */
  #discarding = false;
  #statement: Step | undefined;
  /** Verdicts of statements that are parsed and executed in one go, by the message that they are for. */
  readonly #shared = new Map<WireMessage, Promise<CommandVerdict>>();
  #copy: CopyInputRecord | undefined;
  #leaving = false;
  #stopped = false;

  constructor(options: ClientSideOptions) {
    this.#options = options;
  }

  /** The client has said goodbye: the target will close. */
  get leaving(): boolean {
    return this.#leaving;
  }

  /** The session is over: nothing more passes. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes messages in order; true when the client says goodbye. Rejects with a Fault when it must be left. */
  async handle(messages: readonly WireMessage[]): Promise<boolean> {
    for (let at = 0; at < messages.length; at += togetherMax) {
      let skipped = this.#discarding || this.#options.exchange.skipping;
      const together = messages.slice(at, at + togetherMax);
      const prepared = together.map((message, index) => {
        skipped &&= message.type !== 'S';
        return skipped ? { message, fields: {} } : this.#prepare(message, together, index);
      });
      this.#shared.clear();
      for (const each of prepared) if (await this.#pass(each)) return true;
      const out = this.#out;
      this.#out = [];
      await writeAll(this.#options.target, out);
      await this.#options.exchange.room();
    }
    return false;
  }

  /** Reads a message, asks for its verdict, and notes what its names stand for. */
  #prepare(message: WireMessage, together: readonly WireMessage[], index: number): Prepared {
    const { statements, sql, session } = this.#options;
    const shared = this.#shared.get(message);
    switch (message.type) {
      case 'Q': {
        const text = readText(message);
        statements.ran(text);
        const verdict = session.submit({ operation: 'postgres.query', text, statements: sql.read(text) });
        return { message, fields: {}, verdict };
      }
      case 'P': {
        const { statement, text } = readParse(message);
        const undo = statements.prepare(statement, text);
        const does = sql.prepare(statement, text);
        const run = runsAtOnce(together, index);
        if (run === undefined)
          return {
            message,
            fields: { undo },
            verdict: session.submit({ operation: 'postgres.parse', text, statements: does }),
          };
        const { bind, execute, parameters } = run;
        const verdict = session.submit({ operation: 'postgres.execute', text, statements: does, parameters });
        this.#shared.set(bind, verdict).set(execute, verdict);
        return { message, fields: { undo, continues: true }, verdict };
      }
      case 'B': {
        const bound = readBind(message);
        const { portal, statement, resultFormats } = bound;
        const undo = statements.bind(portal, statement, resultFormats, shownParameters(bound));
        if (shared === undefined) return { message, fields: { undo } };
        return { message, fields: { undo, continues: true }, verdict: shared };
      }
      case 'D': {
        const { of, name } = readNamed(message);
        return { message, fields: { subject: of === 'portal' ? statements.portal(name) : statements.statement(name) } };
      }
      case 'C': {
        const { of, name } = readNamed(message);
        statements.close(of, name);
        return { message, fields: {} };
      }
      case 'E': {
        const portal = statements.portal(readExecute(message).portal);
        const { statement, parameters = [] } = portal;
        const { text } = statement;
        statements.ran(text);
        const verdict =
          shared ?? session.submit({ operation: 'postgres.execute', text, statements: sql.read(text), parameters });
        return { message, fields: { subject: portal }, verdict };
      }
      case 'F':
        return { message, fields: {}, verdict: this.#callsFunction(readFunctionId(message)) };
      default:
        return { message, fields: {} };
    }
  }

  async #pass({ message, fields, verdict }: Prepared): Promise<boolean> {
    const { exchange } = this.#options;
    const decided = await verdict;
    if (this.#stopped) return true;
    if (message.type === 'X') {
      this.#leaving = true;
      this.#out.push(message.raw);
      await writeAll(this.#options.target, this.#out);
      return true;
    }
    if (message.type !== 'S' && (this.#discarding || exchange.skipping)) {
      fields.undo?.();
      if (decided?.kind === 'allowed') void decided.command.completed({ status: 'SKIPPED' });
      return false;
    }
    if (decided?.kind === 'refused') {
      if (this.#options.session.ended.aborted) throw new Fault('unavailable', 'the session has ended');
      this.#refuse(message, fields, this.#explained(message, decided.denial));
      return false;
    }
    const all: Partial<Step> = decided === undefined ? fields : { ...fields, command: decided.command };
    switch (message.type) {
      case 'Q':
        this.#send(message.raw, (this.#statement = step('query', all)));
        break;
      case 'F':
        this.#send(message.raw, step('function', all));
        break;
      case 'P':
        this.#send(message.raw, step('parse', all));
        break;
      case 'B':
        this.#send(message.raw, step('bind', all));
        break;
      case 'D':
        this.#send(message.raw, step('describe', all));
        break;
      case 'C':
        this.#send(message.raw, step('close', all));
        break;
      case 'E':
        this.#send(message.raw, (this.#statement = step('execute', all)));
        break;
      case 'S':
        this.#discarding = false;
        this.#send(message.raw, step('sync'));
        break;
      case 'H':
        this.#out.push(message.raw);
        break;
      case 'd':
      case 'c':
      case 'f':
        await this.#copyIn(message);
        break;
      default:
        throw new Fault('protocol_violation', 'a client does not send this now');
    }
    return false;
  }

  #send(raw: Buffer, each: Step): void {
    this.#options.exchange.sent(each);
    this.#copy = undefined;
    this.#out.push(raw);
  }

  #refuse(message: WireMessage, fields: Partial<Step>, denial: Denial): void {
    this.#statement = undefined;
    const refused = `INLAND REFUSED ${denial.requestId}`;
    if (message.type === 'Q' || message.type === 'F') {
      this.#send(query(refused), step('query', { denial }));
      return;
    }
    const name = message.type === 'P' ? readParse(message).statement : neverMade;
    this.#send(parse(name, refused), step('parse', { ...fields, denial }));
    this.#discarding = true;
  }

  /** CopyData, CopyDone, CopyFail: part of the statement that was let through last; the target ignores others. */
  async #copyIn(message: WireMessage): Promise<void> {
    const { exchange, mask } = this.#options;
    const statement = exchange.copyingIn ?? this.#statement;
    if (statement?.command === undefined || statement.over === true) return;
    this.#copy ??= new CopyInputRecord(statement.command, mask);
    if (message.type === 'd') await this.#copy.add(message.raw.subarray(bodyOffset), statement.copyFormat);
    else {
      await this.#copy.end();
      this.#copy = undefined;
      exchange.sent(step('copy-end'));
    }
    this.#out.push(message.raw);
  }

  /** What is refused because it cannot be parsed may be a mistake of typing: the parser's words help. */
  #explained(message: WireMessage, denial: Denial): Denial {
    const text = message.type === 'Q' ? readText(message) : message.type === 'P' ? readParse(message).text : undefined;
    const problem = text === undefined ? undefined : this.#options.sql.problem(text);
    return problem === undefined
      ? denial
      : { ...denial, message: `${denial.message} It cannot be parsed: ${problem}.` };
  }

  /** A function that is called by its number: its text in the record is its name, where the number tells it. */
  #callsFunction(id: number): Promise<CommandVerdict> {
    const { text, effects } = functionCall(id);
    const statements = { fingerprint: '', kinds: ['FUNCTION CALL'], effects, relations: [], columns: [] };
    return this.#options.session.submit({ operation: 'postgres.function', text, statements });
  }
}
