import {
  approvalsAsked,
  newRequestId,
  pendingMillisMax,
  requestState,
  requestUntil,
  type AccessRequest,
  type ApprovalAsked,
  type RequestState,
} from '@inland/access-requests';
import type { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { controlRecord, type EventRecord } from '@inland/events';
import { Fault, type Clock } from '@inland/kernel';
import { resourceNamed } from '@inland/residency';
import { z } from 'zod';
import type { Caller } from '../rules/visible-resources.ts';

/** What somebody asks for. */
export const accessRequestSchema = z.strictObject({
  target: z.string().min(1).max(63),
  login: z.string().min(1).max(63),
  operation: z.string().min(1).max(64).default('connect'),
  reason: z.string().trim().min(1, 'say why, in words that who approves it understands').max(500),
  ticket: z.string().max(100).default(''),
  /** How long it is to hold; as long as the rules allow, when absent. */
  seconds: z.int().min(60).max(2_592_000).optional(),
  once: z.boolean().default(false),
  breakGlass: z.boolean().default(false),
});
export type WantedAccess = z.output<typeof accessRequestSchema>;

/** A request as the API shows it. */
export interface ShownRequest extends AccessRequest {
  readonly state: RequestState;
  /** RFC 3339: until when it holds, or can be approved. */
  readonly until: string;
  /** What rules about the target ask for. */
  readonly asked: readonly ApprovalAsked[];
}

/** So many requests of one person may be pending. */
const pendingMax = 50;
const defaultSeconds = 3_600;

/** Requests for access and what becomes of them. Every step is an event. */
export class RequestAccess {
  readonly #log: EventLog;
  readonly #view: ControlView;
  readonly #source: string;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    readonly log: EventLog;
    readonly view: ControlView;
    readonly source: string;
    readonly clock: Clock;
  }) {
    this.#log = parts.log;
    this.#view = parts.view;
    this.#source = parts.source;
    this.#clock = parts.clock;
  }

  /** Rejects with `invalid_argument` that says what would do, `not_found` or `resource_exhausted`. */
  request(wanted: WantedAccess, { subject }: Caller): Promise<ShownRequest> {
    return this.#inTurn(async () => {
      const { target, login, operation, reason, ticket, once, breakGlass } = wanted;
      const found = resourceNamed(this.#view.world, 'Target', target);
      if (found === undefined) throw new Fault('not_found', `there is no target named ${target}`);
      if (!found.spec.logins.some(({ name }) => name === login))
        throw new Fault(
          'invalid_argument',
          `${target} has no login ${login}; it has ${found.spec.logins.map(({ name }) => name).join(', ')}`,
        );
      const asked = this.#asked(wanted);
      if (breakGlass && asked.length === 0)
        throw new Fault('invalid_argument', `nothing grants access to ${target} in emergencies`);
      const longest = Math.min(...asked.map(({ maxSeconds }) => maxSeconds));
      const seconds = wanted.seconds ?? Math.min(defaultSeconds, longest);
      if (seconds > longest)
        throw new Fault('invalid_argument', `the rules allow ${longest} seconds at most, not ${seconds}`);
      if (ticket === '' && asked.length > 0 && asked.every((one) => one.ticket))
        throw new Fault('invalid_argument', `the rules ask for a ticket id: --ticket`);
      const mine = [...this.#view.requests.values()].filter((one) => one.subject === subject);
      if (mine.filter((one) => this.#state(one) === 'pending').length >= pendingMax)
        throw new Fault('resource_exhausted', `you have ${pendingMax} requests that wait; withdraw some`);
      const id = newRequestId();
      const onlyOnce = once || (asked.length > 0 && asked.every((one) => one.once));
      const stated = {
        request: id,
        subject,
        target,
        login,
        operation,
        reason,
        ticket,
        seconds,
        once: onlyOnce,
        breakGlass,
      };
      await this.#append(this.#record('AccessRequested', stated, id));
      return this.#shown(this.#known(id));
    });
  }

  /** Those that somebody made or may approve; an auditor and an administrator see all. The newest first. */
  list(caller: Caller): ShownRequest[] {
    return [...this.#view.requests.values()]
      .map((request) => this.#shown(request))
      .filter((request) => maySee(caller, request))
      .toReversed();
  }

  /** Rejects with `not_found` where there is none that the caller may see. */
  show(id: string, caller: Caller): ShownRequest {
    const shown = this.#shown(this.#known(id));
    if (!maySee(caller, shown)) throw unknownRequest(id);
    return shown;
  }

  /**
   * Approves for somebody else. Rejects with `permission_denied` for who asked and who is in no group that may,
   * `conflict` where it is over, `not_found`.
   */
  approve(id: string, approver: Pick<Caller, 'subject' | 'groups'>, way: string): Promise<ShownRequest> {
    return this.#inTurn(async () => {
      const request = this.#shown(this.#known(id));
      if (request.subject === approver.subject)
        throw new Fault('permission_denied', 'nobody approves their own request');
      if (!mayApprove(approver, request))
        throw new Fault('permission_denied', `${id} can be approved by ${byWhom(request)}, and you are none of them`);
      if (!['pending', 'approved'].includes(request.state)) throw new Fault('conflict', `${id} is ${request.state}`);
      if (request.approvals.some(({ subject }) => subject === approver.subject))
        throw new Fault('conflict', `you have approved ${id} already`);
      const data = { request: id, approver: approver.subject, approverGroups: [...approver.groups].sort(), way };
      await this.#append(this.#record('AccessApproved', data, id));
      return this.#shown(this.#known(id));
    });
  }

  /** Ends a request: by who asked, who may approve it, or an administrator. What rests on it ends. */
  reject(
    id: string,
    actor: Pick<Caller, 'subject' | 'groups'> & { readonly roles?: readonly string[] },
    why: { readonly reason: string; readonly way: string },
  ): Promise<ShownRequest> {
    return this.#inTurn(async () => {
      const request = this.#shown(this.#known(id));
      const may =
        request.subject === actor.subject ||
        mayApprove(actor, request) ||
        actor.roles?.includes('administrator') === true;
      if (!may) throw new Fault('permission_denied', `${id} is not yours to end`);
      if (request.state === 'rejected') throw new Fault('conflict', `${id} is rejected already`);
      await this.#append(this.#record('AccessRejected', { request: id, actor: actor.subject, ...why }, id));
      return this.#shown(this.#known(id));
    });
  }

  /** A request as other systems are told of it; undefined where it is forgotten. */
  told(id: string): ShownRequest | undefined {
    const request = this.#view.requests.get(id);
    return request === undefined ? undefined : this.#shown(request);
  }

  /** The groups of a person as they are now. Faults with `not_found`. */
  personNamed(subject: string): Pick<Caller, 'subject' | 'groups'> {
    const principal = this.#view.directory.principals.get(subject);
    if (principal === undefined) throw new Fault('not_found', `nobody is known as ${subject}`);
    return { subject, groups: principal.groups };
  }

  #asked({
    target,
    operation,
    breakGlass,
  }: Pick<AccessRequest, 'target' | 'operation' | 'breakGlass'>): ApprovalAsked[] {
    return approvalsAsked(this.#view.world, target, operation).filter((asked) => asked.breakGlass === breakGlass);
  }

  #shown(request: AccessRequest): ShownRequest {
    const state = this.#state(request);
    const until =
      state === 'pending'
        ? new Date(Date.parse(request.requestedAt) + pendingMillisMax).toISOString()
        : requestUntil(request);
    return { ...request, state, until, asked: this.#asked(request) };
  }

  #state(request: AccessRequest): RequestState {
    return requestState(request, new Date(this.#clock.now()));
  }

  #known(id: string): AccessRequest {
    const request = this.#view.requests.get(id);
    if (request === undefined) throw unknownRequest(id);
    return request;
  }

  #record<Name extends 'AccessRequested' | 'AccessApproved' | 'AccessRejected'>(
    name: Name,
    data: Parameters<typeof controlRecord<Name>>[1],
    id: string,
  ): EventRecord {
    return controlRecord(name, data, { source: this.#source, subject: `AccessRequest/${id}` });
  }

  async #append(event: EventRecord): Promise<void> {
    const { offset } = await this.#log.append('inland.control.v1', [event]);
    await this.#view.waitFor(offset);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

const seesAll = ({ roles }: Caller): boolean => roles.includes('administrator') || roles.includes('auditor');

function maySee(caller: Caller, request: ShownRequest): boolean {
  return seesAll(caller) || request.subject === caller.subject || mayApprove(caller, request);
}

function mayApprove({ groups }: Pick<Caller, 'groups'>, { asked }: ShownRequest): boolean {
  return asked.some(({ by }) => by.some((group) => groups.includes(group)));
}

function byWhom({ asked }: ShownRequest): string {
  const groups = [...new Set(asked.flatMap(({ by }) => by))];
  return groups.length === 0 ? 'nobody: no rule asks for that' : groups.join(' or ');
}

function unknownRequest(id: string): Fault {
  return new Fault('not_found', `there is no request ${JSON.stringify(id.slice(0, 64))} that you may see`);
}
