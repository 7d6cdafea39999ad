/** One approval of a request. */
export interface Approval {
  readonly subject: string;
  /** The approver's groups then. */
  readonly groups: readonly string[];
  /** RFC 3339. */
  readonly at: string;
  /** `api`, or `webhook:` and its name. */
  readonly way: string;
}

/** What somebody asks for at a target, and what became of it. */
export interface AccessRequest {
  readonly id: string;
  readonly subject: string;
  readonly target: string;
  readonly login: string;
  /** `connect`: the session; or the kind of operation. */
  readonly operation: string;
  readonly reason: string;
  readonly ticket: string;
  /** How long it is to hold, from the last approval. */
  readonly seconds: number;
  /** For one session only. */
  readonly once: boolean;
  readonly breakGlass: boolean;
  /** RFC 3339. */
  readonly requestedAt: string;
  readonly approvals: readonly Approval[];
  /** By another, or by who asked. */
  readonly rejected?: { readonly by: string; readonly reason: string; readonly at: string };
  /** The sessions that rest on it. */
  readonly sessions: readonly string[];
}

export type RequestState = 'pending' | 'approved' | 'rejected' | 'used' | 'expired';

/** A request that nobody approved is good for so long. */
export const pendingMillisMax = 24 * 60 * 60 * 1000;

/** When a request ends to hold: so long after the last approval, or, without any, after it was made. */
export function requestUntil({ approvals, requestedAt, seconds }: AccessRequest): string {
  const from = approvals.map(({ at }) => at).reduce((one, other) => (one > other ? one : other), requestedAt);
  return new Date(Date.parse(from) + seconds * 1000).toISOString();
}

/** `approved` where anybody approved it: whether that is enough is for the rules to say. */
export function requestState(request: AccessRequest, now: Date): RequestState {
  if (request.rejected !== undefined) return 'rejected';
  if (request.once && request.sessions.length > 0) return 'used';
  if (request.approvals.length === 0)
    return now.getTime() < Date.parse(request.requestedAt) + pendingMillisMax ? 'pending' : 'expired';
  return now.toISOString() < requestUntil(request) ? 'approved' : 'expired';
}
