import type { ControlEvent } from '@inland/events';
import type { StatedRequest } from '@inland/residency';
import { pendingMillisMax, requestUntil, type AccessRequest } from './access-request.ts';

/** Every request that may still matter, by id. */
export type AccessRequests = ReadonlyMap<string, AccessRequest>;

export const emptyAccessRequests: AccessRequests = new Map();

/** What ended so long ago is forgotten: the log has it. */
const keptMillis = 30 * 24 * 60 * 60 * 1000;
/** Sessions that are kept of a request. */
const sessionsMax = 1_000;

/** The requests after an event that was written at `time` (RFC 3339). Events about other things change nothing. */
export function evolveAccessRequests(requests: AccessRequests, event: ControlEvent, time: string): AccessRequests {
  switch (event.name) {
    case 'AccessRequested': {
      const { request: id, subject, target, login, operation, reason, ticket, seconds, once, breakGlass } = event.data;
      const stated = { id, subject, target, login, operation, reason, ticket, seconds, once, breakGlass };
      const kept = new Map([...requests].filter(([, request]) => !isLongOver(request, time)));
      return kept.set(id, { ...stated, requestedAt: time, approvals: [], sessions: [] });
    }
    case 'AccessApproved': {
      const { approver: subject, approverGroups, way } = event.data;
      return changed(requests, event.data.request, (request) => ({
        ...request,
        approvals: [...request.approvals, { subject, groups: [...approverGroups], at: time, way }],
      }));
    }
    case 'AccessRejected': {
      const { actor: by, reason } = event.data;
      return changed(requests, event.data.request, (request) => ({ ...request, rejected: { by, reason, at: time } }));
    }
    case 'ApprovalUsed':
      return changed(requests, event.data.request, (request) => ({
        ...request,
        sessions: [...request.sessions, event.data.session].slice(-sessionsMax),
      }));
    default:
      return requests;
  }
}

function changed(
  requests: AccessRequests,
  id: string,
  change: (request: AccessRequest) => AccessRequest,
): AccessRequests {
  const request = requests.get(id);
  return request === undefined ? requests : new Map(requests).set(id, change(request));
}

function isLongOver(request: AccessRequest, time: string): boolean {
  const until = Math.max(Date.parse(requestUntil(request)), Date.parse(request.requestedAt) + pendingMillisMax);
  return until + keptMillis < Date.parse(time);
}

const stated = new WeakMap<AccessRequests, Map<string, readonly StatedRequest[]>>();

/**
 * What this person asked for at this target, as the input of a decision has it: undefined where there is nothing. What
 * was good for one session goes with that session only. The same object while nothing changes.
 */
export function statedRequests(
  requests: AccessRequests,
  { subject, target, session = '' }: { readonly subject: string; readonly target: string; readonly session?: string },
): readonly StatedRequest[] | undefined {
  if (requests.size === 0) return undefined;
  let known = stated.get(requests);
  if (known === undefined) stated.set(requests, (known = new Map()));
  const key = JSON.stringify([subject, target, session]);
  let found = known.get(key);
  if (found === undefined) {
    found = [...requests.values()]
      .filter((request) => request.subject === subject && request.target === target && isOpenTo(request, session))
      .map(asStated)
      .sort((one, other) => (one.id < other.id ? -1 : 1));
    if (known.size > 10_000) known.clear();
    known.set(key, found);
  }
  return found.length === 0 ? undefined : found;
}

function isOpenTo({ rejected, once, sessions }: AccessRequest, session: string): boolean {
  return rejected === undefined && (!once || sessions.length === 0 || sessions[0] === session);
}

function asStated(request: AccessRequest): StatedRequest {
  const { id, operation, login, reason, ticket, seconds, once, breakGlass, approvals } = request;
  return {
    id,
    operation,
    login,
    reason,
    ticket,
    seconds,
    once,
    breakGlass,
    until: requestUntil(request),
    approvers: approvals.map(({ subject, groups }) => ({ subject, groups: [...groups].sort() })),
  };
}
