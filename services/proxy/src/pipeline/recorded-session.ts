import { Ending as EndingCode, type EventRecord, type SessionChain } from '@inland/events';
import { backoffMillis, delay, Fault } from '@inland/kernel';
import type { EventLog } from '@inland/event-log';
import type { DecisionInput, DecisionObligations } from '@inland/residency';
import { decisionMessage, sameVerdict, type Decided, type Decider } from './decider.ts';
import { gatewayDenial } from './denials.ts';
import type { CommandRequest, CommandVerdict, Denial, Ending, GatewaySession, ResolvedTarget } from './gateway.ts';
import { ownRefusal } from './own-refusal.ts';
import { RecordedCommand, type CommandSink } from './recorded-command.ts';
import { SessionLimits } from './session-limits.ts';
import type { SessionWriter } from './session-writer.ts';

/** The longest command that is judged and recorded in full, in bytes of UTF-8. */
export const commandBytesMax = 256 * 1024;

export interface RecordedSessionOptions {
  readonly chain: SessionChain;
  readonly writer: SessionWriter;
  readonly log: EventLog;
  readonly decider: Decider;
  readonly target: ResolvedTarget;
  readonly obligations: DecisionObligations;
  /** The input of this session's access decision: a command's input is the same with its operation and time. */
  readonly accessInput: DecisionInput;
  /** Masks the text of a command for the record. */
  readonly maskText: (text: string) => { readonly text: string; readonly masked: number };
  /** The region of a place that the target would be connected to; null when it is not known. */
  readonly destinationRegion: (host: string) => string | null;
  readonly onClosed: (session: RecordedSession) => void;
  readonly onCommand: (operation: string, outcome: 'allowed' | 'denied', reason: string) => void;
}

/** What was decided of a command, and what of it goes into the record. */
interface JudgedCommand {
  readonly decided: Decided;
  readonly recordedText: string;
  readonly destinationRegion?: string | null;
  readonly decision: ReturnType<typeof decisionMessage>;
}

const endingCodes = {
  completed: EndingCode.COMPLETED,
  failed: EndingCode.FAILED,
  aborted: EndingCode.ABORTED,
} as const satisfies Record<Ending, EndingCode>;

/** How long a session that could not be recorded is tried to be closed before it is left to the recorder. */
const closeMillisMax = 10 * 60 * 1000;

/** An allowed access, recorded: open → closing → closed; `ended` aborts when Inland itself must end it. */
export class RecordedSession implements GatewaySession {
  readonly id: string;
  readonly mask: readonly string[];
  readonly #options: RecordedSessionOptions;
  readonly #end = new AbortController();
  readonly #sink: CommandSink;
  readonly #limits: SessionLimits;
  readonly #warned: ((text: string) => void)[] = [];
  #commands = 0;
  #clientBytes = 0;
  #targetBytes = 0;
  #maskedValues = 0;
  #closing: Promise<void> | undefined;

  constructor(options: RecordedSessionOptions) {
    this.#options = options;
    this.id = options.chain.session;
    this.mask = options.obligations.mask;
    this.#sink = {
      chain: options.chain,
      strict: options.obligations.recordStrict,
      append: (events) => (this.#closing === undefined ? this.#append(events) : tooLate()),
      appendSoon: (events) =>
        this.#closing === undefined ? this.#orEnd(options.writer.appendSoon(events)) : tooLate(),
      room: () => options.writer.room(),
      countOutput: (bytes, masked) => {
        this.#limits.active();
        this.#targetBytes += bytes;
        this.#maskedValues += masked;
      },
    };
    this.#limits = new SessionLimits(options.obligations, {
      warn: (text) => {
        for (const tell of this.#warned) tell(text);
      },
      end: (code) => this.end(gatewayDenial(code, this.id)),
    });
  }

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  onWarning(tell: (text: string) => void): void {
    this.#warned.push(tell);
  }

  get target(): ResolvedTarget {
    return this.#options.target;
  }

  /** Ends the session from inside: the listener learns of it by `ended`. */
  end(denial: Denial): void {
    if (!this.#end.signal.aborted) this.#end.abort(denial);
  }

  /**
   * Judges the access again by rules that have changed. What is refused by them, or obliged to what this session does
   * not do, ends.
   */
  reconsider(): void {
    if (this.#end.signal.aborted || this.#closing !== undefined) return;
    const { accessInput, decider, chain, obligations } = this.#options;
    const decided = decider.decide({ ...accessInput, time: new Date().toISOString() });
    const reason = decided.outcome === 'denied' ? decided.reasons[0] : undefined;
    if (decided.outcome === 'allowed' && fulfils(obligations, decided.obligations)) return;
    this.#append([chain.next('AccessRevoked', { decision: decisionMessage(decided) })]).catch(() => undefined);
    this.end(
      reason === undefined
        ? gatewayDenial('rules_changed', this.id)
        : {
            code: reason.code,
            rule: reason.rule,
            message: `the rules changed, and ${reason.message}`,
            requestId: this.id,
          },
    );
  }

  async opened(details: { readonly address: string; readonly identity: string }): Promise<void> {
    await this.#append([
      this.#options.chain.next('SessionOpened', {
        targetAddress: details.address,
        targetRegion: this.#options.target.region,
        targetIdentity: details.identity,
      }),
    ]);
  }

  async submit(request: CommandRequest): Promise<CommandVerdict> {
    if (this.#end.signal.aborted) return { kind: 'refused', denial: this.#end.signal.reason as Denial };
    if (this.#closing !== undefined) return { kind: 'refused', denial: gatewayDenial('gateway_stopping', this.id) };
    const bytes = Buffer.byteLength(request.text);
    this.#limits.active();
    this.#clientBytes += bytes;
    this.#commands += 1;
    const number = this.#commands;
    const judged = bytes > commandBytesMax ? this.#tooLong() : this.#decide(request);
    const { decided, recordedText, decision } = judged;
    const events = [
      this.#options.chain.next('CommandSubmitted', {
        command: number,
        operation: request.operation,
        text: recordedText,
        observed: request.observed ?? false,
        channel: request.channel ?? 0,
        omittedBytes: BigInt((request.omittedBytes ?? 0) + (bytes > commandBytesMax ? bytes : 0)),
        columns: request.columns ?? 0,
        rows: request.rows ?? 0,
        ...this.#details(request, judged),
      }),
      this.#options.chain.next('CommandDecided', { command: number, decision }),
    ];
    const reason = decided.reasons[0];
    this.#options.onCommand(request.operation, decided.outcome, reason?.code ?? '');
    try {
      await this.#append(events);
    } catch {
      return { kind: 'refused', denial: gatewayDenial('record_unavailable', this.id) };
    }
    if (decided.outcome === 'denied')
      return {
        kind: 'refused',
        denial: {
          code: reason?.code ?? '',
          rule: reason?.rule ?? '',
          message: reason?.message ?? '',
          requestId: this.id,
        },
      };
    return { kind: 'allowed', command: new RecordedCommand(this.#sink, number, request.channel ?? 0) };
  }

  resized(size: { readonly columns: number; readonly rows: number; readonly channel?: number }): void {
    const event = this.#options.chain.next('TerminalResized', { ...size, channel: size.channel ?? 0 });
    this.#append([event]).catch(() => undefined);
  }

  close(ending: Ending, reason: string): Promise<void> {
    this.#closing ??= this.#close(ending, reason);
    return this.#closing;
  }

  /** Judges the text as it was sent; the record holds it masked, and says when the verdict hung on what was masked. */
  #decide(request: CommandRequest): JudgedCommand {
    const { accessInput, decider, maskText } = this.#options;
    const { operation: kind, statements, destination } = request;
    const region = destination === undefined ? undefined : this.#options.destinationRegion(destination.host);
    const inputOf = (text: string): DecisionInput => ({
      ...accessInput,
      operation: {
        kind,
        text,
        ...(statements === undefined
          ? {}
          : { effects: statements?.effects ?? null, relations: statements?.relations ?? [] }),
        ...(destination === undefined ? {} : { destination: { ...destination, region: region ?? null } }),
      },
      time,
    });
    const time = new Date().toISOString();
    const place = region === undefined ? {} : { destinationRegion: region };
    const unknown = request.unknown ?? false;
    const decided = unknown ? ownRefusal('line_unknown', this.id) : decider.decide(inputOf(request.text));
    const masked = this.mask.length === 0 ? { text: request.text, masked: 0 } : maskText(request.text);
    if (masked.masked === 0)
      return { decided, recordedText: request.text, decision: decisionMessage(decided), ...place };
    this.#maskedValues += masked.masked;
    if (unknown) return { decided, recordedText: masked.text, decision: decisionMessage(decided) };
    const shown = decider.decide(inputOf(masked.text));
    const withheld = !sameVerdict(decided, shown);
    const decision = decisionMessage(decided, shown.inputJson, withheld);
    return { decided, recordedText: masked.text, decision, ...place };
  }

  /** What else is known of a command than its text. */
  #details({ statements, parameters, destination }: CommandRequest, { destinationRegion }: JudgedCommand): object {
    const { maskText } = this.#options;
    return {
      ...(statements === undefined || statements === null
        ? {}
        : {
            statements: {
              fingerprint: statements.fingerprint,
              kinds: [...statements.kinds],
              effects: [...(statements.effects ?? [])],
              relations: [...statements.relations],
              columns: [...statements.columns],
            },
          }),
      ...(parameters === undefined
        ? {}
        : { parameters: this.mask.length === 0 ? [...parameters] : parameters.map((one) => maskText(one).text) }),
      ...(destination === undefined
        ? {}
        : {
            destination: `${destination.host}:${String(destination.port)}`,
            destinationRegion: destinationRegion ?? '',
          }),
    };
  }

  /** A command that is too long to be judged is refused; the record says how long it was. */
  #tooLong(): JudgedCommand {
    const decided = ownRefusal('command_too_long', this.id);
    return { decided, recordedText: '', decision: decisionMessage(decided) };
  }

  #append(events: readonly EventRecord[]): Promise<void> {
    return this.#orEnd(this.#options.writer.append(events));
  }

  /** What cannot be recorded ends the session. */
  #orEnd(durable: Promise<void>): Promise<void> {
    durable.catch(() => this.end(gatewayDenial('record_unavailable', this.id)));
    return durable;
  }

  async #close(ending: Ending, reason: string): Promise<void> {
    this.#limits.stop();
    const { chain, writer, log } = this.#options;
    const interrupted = this.#end.signal.aborted ? (this.#end.signal.reason as Denial) : undefined;
    const closed = chain.close({
      ending: interrupted === undefined ? endingCodes[ending] : EndingCode.ABORTED,
      reason: interrupted?.code ?? reason,
      clientBytes: BigInt(this.#clientBytes),
      targetBytes: BigInt(this.#targetBytes),
      maskedValues: BigInt(this.#maskedValues),
    });
    try {
      await writer.append([closed]);
    } catch {
      await closeLater(log, [...writer.unacknowledged.filter((event) => event !== closed), closed]);
    } finally {
      this.#options.onClosed(this);
    }
  }
}

/** Whether a session that keeps these obligations keeps the others too. */
function fulfils(kept: DecisionObligations, wanted: DecisionObligations): boolean {
  const asShort = (limit: number, other: number): boolean => other === 0 || (limit > 0 && limit <= other);
  return (
    wanted.mask.every((detector) => kept.mask.includes(detector)) &&
    (kept.recordStrict || !wanted.recordStrict) &&
    asShort(kept.maxSessionSeconds, wanted.maxSessionSeconds) &&
    asShort(kept.maxIdleSeconds, wanted.maxIdleSeconds)
  );
}

/** Nothing comes after the end of a session's chain. */
function tooLate(): Promise<void> {
  return Promise.reject(new Fault('conflict', 'the session is over'));
}

/** Appends what was not acknowledged, and the end, again and again until the log takes it. */
async function closeLater(log: EventLog, events: readonly EventRecord[]): Promise<void> {
  const giveUpAt = Date.now() + closeMillisMax;
  for (let attempt = 0; Date.now() < giveUpAt; attempt += 1) {
    await delay(backoffMillis(attempt, { initialMillis: 250, maxMillis: 5_000 }));
    try {
      await log.append('inland.session.v1', events);
      return;
    } catch (error) {
      if (!Fault.from(error).retryable) return;
    }
  }
}
