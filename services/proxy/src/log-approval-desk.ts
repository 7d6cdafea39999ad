import { requestState } from '@inland/access-requests';
import type { ControlView } from '@inland/control-view';
import type { Coordination } from '@inland/coordination';
import type { EventLog } from '@inland/event-log';
import { controlRecord } from '@inland/events';
import type { ApprovalDesk, WantedApproval } from './pipeline/approval-desk.ts';

/** So long a request for one session is held for that, until the log says so everywhere. */
const holdMillis = 10 * 60 * 1000;

/** What the control log says of requests. */
export class LogApprovalDesk implements ApprovalDesk {
  readonly #view: ControlView;
  readonly #log: EventLog;
  readonly #coordination: Coordination;
  readonly #source: string;

  constructor(parts: {
    readonly view: ControlView;
    readonly log: EventLog;
    readonly coordination: Coordination;
    readonly source: string;
  }) {
    this.#view = parts.view;
    this.#log = parts.log;
    this.#coordination = parts.coordination;
    this.#source = parts.source;
  }

  /** One that was approved already may need another's approval too. */
  pending({ subject, target, login, operation }: WantedApproval): string | undefined {
    const now = new Date();
    return [...this.#view.requests.values()].findLast(
      (request) =>
        request.subject === subject &&
        request.target === target &&
        request.login === login &&
        request.operation === operation &&
        ['pending', 'approved'].includes(requestState(request, now)),
    )?.id;
  }

  onChange(listener: () => void): () => void {
    return this.#view.onChange(listener);
  }

  async use(id: string, session: string): Promise<boolean> {
    const request = this.#view.requests.get(id);
    if (request === undefined) return false;
    if (request.once) {
      const [first] = request.sessions;
      if (first !== undefined) return first === session;
      if (!(await this.#coordination.renewLease(`approval:${id}`, session, holdMillis))) return false;
    }
    const event = controlRecord(
      'ApprovalUsed',
      { request: id, session },
      { source: this.#source, subject: `AccessRequest/${id}` },
    );
    const { offset } = await this.#log.append('inland.control.v1', [event]);
    await this.#view.waitFor(offset);
    return true;
  }
}
