export type { EventRecord } from './event-record.ts';
export {
  controlEvents,
  sessionEvents,
  allEvents,
  typeOf,
  type ControlEvent,
  type SessionEvent,
  type ControlEventName,
  type SessionEventName,
} from './catalog.ts';
export { ChainCheck, hashEvent, verifyChain, type ChainBreak, type ChainHead, type ChainReport } from './chain.ts';
export {
  SessionChain,
  controlRecord,
  unchainedSessionRecord,
  decodeEvent,
  decodeSessionEvent,
  decodeControlEvent,
  chainHeadOf,
} from './codec.ts';
export { toHeaders, fromHeaders, type CloudEventHeaders } from './cloud-events.ts';
export { dataClassOf, publicFields } from './redact.ts';
export { DataClass } from './gen/inland/options/v1/data_class_pb.ts';
export {
  Ending,
  Outcome,
  Protocol,
  StreamKind,
  type Decision,
  type Obligations,
  type Reason,
} from './gen/inland/session/v1/session_pb.ts';
