export { uuidv7, newEventId, newSessionId, isUuidv7, type EventId, type SessionId } from './ids.ts';
export { Fault, faultTable, type FaultCode, type FaultTraits } from './fault.ts';
export { delay, systemClock, type Clock } from './clock.ts';
export { withDeadline } from './deadline.ts';
export { backoffMillis, type BackoffOptions } from './backoff.ts';
