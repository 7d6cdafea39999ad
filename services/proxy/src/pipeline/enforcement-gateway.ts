import { decisionMessage } from '@inland/control-view';
import { Ending, SessionChain, type EventRecord } from '@inland/events';
import { newSessionId } from '@inland/kernel';
import type { DecisionInput, TargetEvidence } from '@inland/residency';
import { noApprovals } from './approval-desk.ts';
import { attemptedData } from './attempt-events.ts';
import { awaitApproval, lacksApproval, waitingText } from './await-approval.ts';
import type { Decided } from './decider.ts';
import { gatewayDenial, isGatewayReason } from './denials.ts';
import type { EnforcementGatewayOptions, Sight } from './gateway-options.ts';
import type { AttemptRequest, AttemptResult, Denial, Gateway, ResolvedTarget } from './gateway.ts';
import { RecordedSession } from './recorded-session.ts';
import { ownRefusal } from './own-refusal.ts';
import { parseRequestedName, type RequestedName } from './requested-name.ts';
import { SessionWriter } from './session-writer.ts';

/** So many sessions are looked at before others get their turn. */
const atOnce = 100;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Decide, record, forward: the one implementation of {@link Gateway}. Keeps only the sessions that live now. */
export class EnforcementGateway implements Gateway {
  readonly #options: EnforcementGatewayOptions;
  readonly #live = new Map<string, RecordedSession>();
  #closed: Denial['code'] | undefined;
  /** Counts the changes of the rules. */
  #changes = 0;
  #reconsidering: Promise<void> | undefined;

  constructor(options: EnforcementGatewayOptions) {
    this.#options = options;
  }

  get liveSessions(): number {
    return this.#live.size;
  }

  /** Refuses what is new and ends what lives, with this reason, until {@link resume}. */
  stop(code: 'replica_isolated' | 'gateway_stopping', endLive = true): void {
    this.#closed = code;
    if (endLive) for (const session of this.#live.values()) session.end(gatewayDenial(code, session.id));
  }

  resume(): void {
    this.#closed = undefined;
  }

  /**
   * The rules have changed: sessions that they do not let be any more end. Many changes at once are one. Resolves when
   * all that live were looked at.
   */
  rulesChanged(): Promise<void> {
    this.#changes += 1;
    this.#reconsidering ??= this.#reconsider().finally(() => {
      this.#reconsidering = undefined;
    });
    return this.#reconsidering;
  }

  /** Time has passed: sessions that may be let be for a while only are looked at again. */
  timePassed(): void {
    for (const session of this.#live.values()) if (session.timely) session.reconsider();
  }

  async #reconsider(): Promise<void> {
    for (let looked = -1; looked !== this.#changes;) {
      await nextTurn(); // all that is folded in this turn is one change
      looked = this.#changes;
      let count = 0;
      for (const session of this.#live.values()) {
        session.reconsider();
        count += 1;
        if (count % atOnce === 0) await nextTurn();
      }
    }
  }

  /** Waits until every session's record is closed. */
  async drained(): Promise<void> {
    await Promise.all([...this.#live.values()].map((session) => session.close('aborted', 'gateway_stopping')));
  }

  async attempt(request: AttemptRequest): Promise<AttemptResult> {
    const chain = new SessionChain({ session: newSessionId(), source: `/inland/proxy/${this.#options.replica}` });
    if (this.#closed !== undefined && isGatewayReason(this.#closed))
      return { kind: 'refused', denial: gatewayDenial(this.#closed, chain.session) };
    const changes = this.#changes;
    const name = parseRequestedName(request.requestedName);
    const looked = this.#look(request, name);
    const { address, evidence } = looked instanceof Promise ? await looked : looked;
    const attempted = chain.next('ConnectionAttempted', attemptedData(request, name, this.#options));
    const first = this.#judge(request, name, evidence, chain.session);
    const waited = await this.#awaited(request, chain, attempted, first, () =>
      this.#judge(request, name, evidence, chain.session),
    );
    const closed = this.#closed; // it may be so by now, where the person waited
    const decided =
      closed !== undefined && isGatewayReason(closed)
        ? ownRefusal(closed, chain.session)
        : await this.#used(waited.decided, chain.session);
    const decidedEvent = chain.next('AccessDecided', {
      decision: decisionMessage(decided),
      ...this.#places(request, name),
    });
    const events = [...waited.events, decidedEvent];
    if (decided.outcome === 'denied') return this.#refuse(request, chain, events, decided);

    const writer = new SessionWriter(this.#options.log);
    const [durable, target] = await Promise.allSettled([
      writer.append(events),
      this.#options.resolveTarget(
        name?.target ?? '',
        name?.login ?? '',
        {
          id: chain.session,
          subject: request.identity.kind === 'proven' ? request.identity.subject : '',
        },
        address,
      ),
    ]);
    if (durable.status === 'rejected') {
      this.#options.observer.attempt(request.protocol, 'denied', 'record_unavailable');
      return { kind: 'refused', denial: gatewayDenial('record_unavailable', chain.session) };
    }
    if (target.status === 'rejected' || target.value === undefined) {
      const denial = gatewayDenial('target_secret_missing', chain.session);
      this.#options.observer.attempt(request.protocol, 'denied', denial.code);
      const closed = chain.close({ ending: Ending.FAILED, reason: denial.code });
      await writer.append([closed]).catch(() => undefined);
      return { kind: 'refused', denial };
    }
    this.#options.observer.attempt(request.protocol, 'allowed', decided.reasons[0]?.code ?? '');
    const session = this.#open(request, chain, writer, decided, target.value);
    if (changes !== this.#changes) session.reconsider(); // decided by rules that are not those of now
    return { kind: 'allowed', session, target: target.value };
  }

  /** Where an approval is all that is missing, and somebody asked for it, the person waits for it. */
  async #awaited(
    { waiting, protocol }: AttemptRequest,
    chain: SessionChain,
    attempted: EventRecord,
    first: Decided,
    decide: () => Decided,
  ): Promise<{ readonly decided: Decided; readonly events: readonly EventRecord[] }> {
    const { approvals: desk = noApprovals, log, observer } = this.#options;
    if (waiting === undefined || !lacksApproval(first)) return { decided: first, events: [attempted] };
    const { principal, target } = JSON.parse(first.inputJson) as DecisionInput;
    const wanted = { subject: principal.subject, target: target.name, login: target.login, operation: 'connect' };
    const request = desk.pending(wanted);
    if (request === undefined) return { decided: first, events: [attempted] };
    const decision = decisionMessage(first);
    try {
      await log.append('inland.session.v1', [attempted, chain.next('ApprovalAwaited', { request, decision })]);
    } catch {
      observer.attempt(protocol, 'denied', 'record_unavailable');
      return { decided: ownRefusal('record_unavailable', chain.session), events: [] };
    }
    waiting.tell(`Inland: ${waitingText(request)}`);
    const decided = await awaitApproval({ desk, wanted, decide, first, gone: waiting.gone });
    if (decided.outcome === 'allowed') waiting.tell(`Inland: request ${request} was approved.`);
    return { decided, events: [] };
  }

  /** What it rests on is used up where it was for one session. */
  async #used(decided: Decided, session: string): Promise<Decided> {
    if (decided.outcome === 'denied') return decided;
    const { approvals: desk = noApprovals } = this.#options;
    for (const id of decided.approvals ?? [])
      try {
        if (!(await desk.use(id, session))) return ownRefusal('approval_used', session);
      } catch {
        return ownRefusal('record_unavailable', session);
      }
    return decided;
  }

  #look({ identity }: AttemptRequest, name: RequestedName | undefined): Sight | Promise<Sight> {
    const nothing = { address: undefined, evidence: undefined };
    const { look } = this.#options;
    if (look === undefined || name === undefined || identity.kind === 'unproven') return nothing;
    return look(name.target).catch(() => nothing);
  }

  #open(
    request: AttemptRequest,
    chain: SessionChain,
    writer: SessionWriter,
    decided: Decided,
    target: ResolvedTarget,
  ): RecordedSession {
    const { log, decider, maskText, destinationRegion, observer, approvals, standingOf, leadsOf } = this.#options;
    const { identity } = request;
    const session = new RecordedSession({
      chain,
      writer,
      log,
      decider,
      target,
      access: decided,
      maskText: maskText(decided.obligations.mask),
      destinationRegion: (host) => destinationRegion(target.name, host),
      approvals: approvals ?? noApprovals,
      standing: () => (identity.kind === 'unproven' || standingOf === undefined ? undefined : standingOf(identity)),
      leadsOf: (command) => leadsOf?.(target.name, command),
      onClosed: ({ id }) => {
        this.#live.delete(id);
        observer.live(this.#live.size);
      },
      onCommand: (operation, outcome, reason) => observer.command(operation, outcome, reason),
    });
    this.#live.set(session.id, session);
    observer.live(this.#live.size);
    if (decided.breakGlass === true && identity.kind === 'proven')
      observer.breakGlass?.({ id: session.id, subject: identity.subject, target: target.name });
    return session;
  }

  async #refuse(
    request: AttemptRequest,
    chain: SessionChain,
    events: readonly EventRecord[],
    decided: Decided,
  ): Promise<AttemptResult> {
    const reason = decided.reasons[0];
    const closed = chain.close({ ending: Ending.REFUSED, reason: reason?.code ?? '' });
    this.#options.observer.attempt(request.protocol, 'denied', reason?.code ?? '');
    try {
      await this.#options.log.append('inland.session.v1', [...events, closed]);
    } catch {
      return { kind: 'refused', denial: gatewayDenial('record_unavailable', chain.session) };
    }
    const denial = {
      code: reason?.code ?? '',
      rule: reason?.rule ?? '',
      message: reason?.message ?? '',
      requestId: chain.session,
    };
    return { kind: 'refused', denial };
  }

  /** Identity first, then policy: who cannot be told is refused before a rule is looked at. */
  #judge(
    request: AttemptRequest,
    name: RequestedName | undefined,
    evidence: TargetEvidence | undefined,
    session: string,
  ): Decided {
    const { identity } = request;
    if (identity.kind === 'unproven')
      return ownRefusal(isGatewayReason(identity.reason) ? identity.reason : 'credential_invalid', session);
    if (name === undefined) return ownRefusal('target_name_malformed', session);
    if (identity.boundTarget !== undefined && identity.boundTarget !== name.target)
      return ownRefusal('credential_other_target', session);
    return this.#options.decider.decide({
      version: 1,
      principal: {
        subject: identity.subject,
        groups: [...identity.groups].sort(),
        identityProvider: identity.identityProvider,
        multiFactor: false,
      },
      client: this.#options.places.placeOf(request.client.address),
      gateway: { region: this.#options.region },
      target: {
        name: name.target,
        protocol: request.protocol,
        login: name.login,
        ...(evidence === undefined ? {} : { evidence }),
      },
      record: { ...this.#options.record, masking: this.#options.region }, // this process masks
      operation: { kind: 'connect', text: null },
      time: new Date().toISOString(),
    });
  }

  #places({ client }: AttemptRequest, name: RequestedName | undefined): object {
    const targetRegion = name === undefined ? undefined : this.#options.regionOf(name.target);
    return {
      targetRegion: targetRegion ?? '',
      clientCountry: this.#options.places.placeOf(client.address).country ?? '',
    };
  }
}
