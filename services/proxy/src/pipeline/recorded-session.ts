import type { CommandLeads } from '@inland/command-places';
import { decisionMessage } from '@inland/control-view';
import { Ending as EndingCode, type EventRecord, type SessionChain } from '@inland/events';
import { backoffMillis, delay, Fault } from '@inland/kernel';
import type { EventLog } from '@inland/event-log';
import type { DecisionInput, DecisionObligations } from '@inland/residency';
import { sameVerdict, type Decided, type Decider } from './decider.ts';
import type { ApprovalDesk } from './approval-desk.ts';
import { awaitApproval, lacksApproval, waitingText } from './await-approval.ts';
import { gatewayDenial } from './denials.ts';
import type { Standing } from './enforcement-gateway.ts';
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
  readonly leadsOf: (request: CommandRequest) => CommandLeads | undefined;
  readonly onClosed: (session: RecordedSession) => void;
  readonly onCommand: (operation: string, outcome: 'allowed' | 'denied', reason: string) => void;
}

/** What was decided of a command, and what of it goes into the record. */
interface JudgedCommand {
  readonly decided: Decided;
  readonly recordedText: string;
  readonly destinationRegion?: string | null;
  readonly leads?: CommandLeads | undefined;
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
  /** The input of a command's decision is the same with its operation and time. */
  #accessInput: DecisionInput;
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
    const judged = bytes > commandBytesMax ? this.#tooLong() : this.#decide(request);
    const { recordedText } = judged;
    const submitted = this.#options.chain.next('CommandSubmitted', {
      command: number,
      operation: request.operation,
      text: recordedText,
      observed: request.observed ?? false,
      channel: request.channel ?? 0,
      omittedBytes: BigInt((request.omittedBytes ?? 0) + (bytes > commandBytesMax ? bytes : 0)),
      columns: request.columns ?? 0,
      rows: request.rows ?? 0,
      ...this.#details(request, judged),
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
      const decide = (): Decided => (last = this.#decide(request)).decided;
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

  /** Judges the text as it was sent; the record holds it masked, and says when the verdict hung on what was masked. */
  #decide(request: CommandRequest): JudgedCommand {
    const { decider, maskText } = this.#options;
    const { operation: kind, statements, destination } = request;
    const leads = this.#options.leadsOf(request);
    const region = destination === undefined ? undefined : this.#options.destinationRegion(destination.host);
    const inputOf = (text: string): DecisionInput => ({
      ...this.#accessInput,
      operation: {
        kind,
        text,
        ...(statements === undefined
          ? {}
          : { effects: statements?.effects ?? null, relations: statements?.relations ?? [] }),
        ...(destination === undefined ? {} : { destination: { ...destination, region: region ?? null } }),
        ...(leads === undefined ? {} : { destinations: leads.destinations, unproven: leads.unproven }),
      },
      time,
    });
    const time = new Date().toISOString();
    const place = { ...(region === undefined ? {} : { destinationRegion: region }), leads };
    const unknown = request.unknown ?? false;
    const decided = unknown ? ownRefusal('line_unknown', this.id) : decider.decide(inputOf(request.text), this.id);
    const masked = this.mask.length === 0 ? { text: request.text, masked: 0 } : maskText(request.text);
    if (masked.masked === 0)
      return { decided, recordedText: request.text, decision: decisionMessage(decided), ...place };
    this.#maskedValues += masked.masked;
    if (unknown) return { decided, recordedText: masked.text, decision: decisionMessage(decided) };
    const shown = decider.decide(inputOf(masked.text), this.id);
    const withheld = !sameVerdict(decided, shown);
    const decision = decisionMessage(decided, shown.inputJson, withheld);
    return { decided, recordedText: masked.text, decision, ...place };
  }

  /** What else is known of a command than its text. */
  #details({ statements, parameters, destination }: CommandRequest, judged: JudgedCommand): object {
    const { destinationRegion, leads } = judged;
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
      ...(leads === undefined
        ? {}
        : { leadsTo: leads.destinations.map(leadsText).slice(0, 100), unproven: [...leads.unproven] }),
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

const leadsText = ({ host, via, region, country }: CommandLeads['destinations'][number]): string =>
  `${host} (${via}): ${region ?? country ?? '?'}`;

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
