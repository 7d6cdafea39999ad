export {
  pendingMillisMax,
  requestState,
  requestUntil,
  type AccessRequest,
  type Approval,
  type RequestState,
} from './access-request.ts';
export { emptyAccessRequests, evolveAccessRequests, statedRequests, type AccessRequests } from './access-requests.ts';
export { approvalsAsked, type ApprovalAsked } from './approvals-asked.ts';
export { newRequestId, requestIdPattern } from './request-id.ts';
