import type { CommandLeads } from '@inland/command-places';
import { decisionMessage } from '@inland/control-view';
import { Ending as EndingCode, type EventRecord, type SessionChain } from '@inland/events';
import { backoffMillis, delay, Fault } from '@inland/kernel';
import type { EventLog } from '@inland/event-log';
import type { DecisionInput, DecisionObligations } from '@inland/residency';
import type { Decided, Decider } from './decider.ts';
import type { ApprovalDesk } from './approval-desk.ts';
import { awaitApproval, lacksApproval, waitingText } from './await-approval.ts';
import { CommandJudge, type JudgedCommand } from './command-judge.ts';
import { gatewayDenial } from './denials.ts';
import type { Standing } from './gateway-options.ts';
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
  /** What let it in. */
  readonly access: Decided;
  /** Masks the text of a command for the record. */
  readonly maskText: (text: string) => { readonly text: string; readonly masked: number };
  /** The region of a place that the target would be connected to; null when it is not known. */
  readonly destinationRegion: (host: string) => string | null;
  readonly approvals: ApprovalDesk;
  /** Who came in, as they are now; undefined: as they were. */
  readonly standing: () => Standing | undefined;
  /** Where a command would send data, as far as its text tells. */
  readonly leadsOf: (request: CommandRequest) => CommandLeads | undefined | Promise<CommandLeads | undefined>;
  readonly onClosed: (session: RecordedSession) => void;
  readonly onCommand: (operation: string, outcome: 'allowed' | 'denied', reason: string) => void;
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
  /** The input of a command's decision is the same with its operation and time. */
  #accessInput: DecisionInput;
  readonly #judge: CommandJudge;
  /** Requests that the record already has as this session's. */
  readonly #used: Set<string>;
  #commands = 0;
  #clientBytes = 0;
  #targetBytes = 0;
  #maskedValues = 0;
  #closing: Promise<void> | undefined;

  constructor(options: RecordedSessionOptions) {
    this.#options = options;
    this.id = options.chain.session;
    const { obligations, inputJson, approvals = [] } = options.access;
    this.mask = obligations.mask;
    const { moments: _then, approvals: _asked, ...access } = JSON.parse(inputJson) as DecisionInput;
    this.#accessInput = access;
    this.#used = new Set(approvals);
    const { decider, maskText, destinationRegion } = options;
    this.#judge = new CommandJudge({ session: this.id, mask: this.mask, decider, maskText, destinationRegion });
    this.#sink = {
      chain: options.chain,
      strict: obligations.recordStrict,
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
    this.#limits = new SessionLimits(obligations, {
      warn: (text) => this.#tell(text),
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

  /** Time alone may end what let it in. */
  get timely(): boolean {
    return this.#options.access.timely ?? false;
  }

  /**
   * Judges the access again, by the rules and by who the person is now. What is refused by then, or obliged to what
   * this session does not do, ends.
   */
  reconsider(): void {
    if (this.#end.signal.aborted || this.#closing !== undefined) return;
    const { decider, access, standing } = this.#options;
    const now = standing();
    if (now?.kind === 'gone') return this.#revoke(ownRefusal('credential_gone', this.id), '');
    if (now !== undefined) this.#takeGroups(now.groups);
    const decided = decider.decide({ ...this.#accessInput, time: new Date().toISOString() }, this.id);
    if (decided.outcome === 'denied') return this.#revoke(decided, 'this was allowed, and is not any more: ');
    if (!fulfils(access.obligations, decided.obligations)) this.#revoke(decided, '');
  }

  #takeGroups(groups: readonly string[]): void {
    const { principal } = this.#accessInput;
    const sorted = [...groups].sort();
    if (JSON.stringify(sorted) === JSON.stringify(principal.groups)) return;
    this.#accessInput = { ...this.#accessInput, principal: { ...principal, groups: sorted } };
  }

  #revoke(decided: Decided, because: string): void {
    const event = this.#options.chain.next('AccessRevoked', { decision: decisionMessage(decided) });
    this.#append([event]).catch(() => undefined);
    const [reason] = decided.reasons;
    this.end(
      decided.outcome === 'allowed' || reason === undefined
        ? gatewayDenial('rules_changed', this.id)
        : { code: reason.code, rule: reason.rule, message: `${because}${reason.message}`, requestId: this.id },
    );
  }

  #tell(text: string): void {
    for (const tell of this.#warned) tell(text);
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
    const found = bytes > commandBytesMax ? undefined : this.#options.leadsOf(request);
    const leads = found instanceof Promise ? await found.catch(() => undefined) : found;
    const judged =
      bytes > commandBytesMax ? this.#judge.tooLong() : this.#judge.judge(this.#accessInput, request, leads);
    const { recordedText } = judged;
    this.#maskedValues += judged.maskedValues;
    const submitted = this.#options.chain.next('CommandSubmitted', {
      command: number,
      operation: request.operation,
      text: recordedText,
      observed: request.observed ?? false,
      channel: request.channel ?? 0,
      omittedBytes: BigInt((request.omittedBytes ?? 0) + (bytes > commandBytesMax ? bytes : 0)),
      columns: request.columns ?? 0,
      rows: request.rows ?? 0,
      ...this.#judge.details(request, judged),
    });
    const settled = await this.#settled(request, number, submitted, judged);
    const { decided, decision } = settled;
    const events = [...settled.events, this.#options.chain.next('CommandDecided', { command: number, decision })];
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

  /**
   * What is decided in the end: where an approval is all that is missing, and was asked for, the command waits for it;
   * what was approved for one session is used up.
   */
  async #settled(
    request: CommandRequest,
    command: number,
    submitted: EventRecord,
    judged: JudgedCommand,
  ): Promise<Pick<JudgedCommand, 'decided' | 'decision'> & { readonly events: readonly EventRecord[] }> {
    const { approvals: desk, chain } = this.#options;
    let { decided, decision } = judged;
    let events = [submitted];
    const { subject } = this.#accessInput.principal;
    const { name, login } = this.#accessInput.target;
    const wanted = { subject, target: name, login, operation: request.operation };
    const pending = lacksApproval(decided) ? desk.pending(wanted) : undefined;
    if (pending !== undefined) {
      await this.#append([submitted, chain.next('ApprovalAwaited', { command, request: pending, decision })]).catch(
        () => undefined, // the session ends by it
      );
      events = [];
      this.#tell(waitingText(pending));
      let last = judged;
      const decide = (): Decided => (last = this.#judge.judge(this.#accessInput, request, judged.leads)).decided;
      decided = await awaitApproval({ desk, wanted, decide, first: decided, gone: this.#end.signal });
      ({ decision } = last);
    }
    for (const id of decided.outcome === 'allowed' ? (decided.approvals ?? []) : []) {
      if (this.#used.has(id)) continue;
      const used = await desk.use(id, this.id).catch(() => false);
      if (used) this.#used.add(id);
      else {
        decided = ownRefusal('approval_used', this.id);
        decision = decisionMessage(decided);
        break;
      }
    }
    return { decided, decision, events };
  }

  resized(size: { readonly columns: number; readonly rows: number; readonly channel?: number }): void {
    const event = this.#options.chain.next('TerminalResized', { ...size, channel: size.channel ?? 0 });
    this.#append([event]).catch(() => undefined);
  }

  close(ending: Ending, reason: string): Promise<void> {
    this.#closing ??= this.#close(ending, reason);
    return this.#closing;
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
