export {
  eventBytesMax,
  type EventLog,
  type Position,
  type ReadRange,
  type StoredEvent,
  type SubscribeOptions,
  type Subscription,
  type Topic,
} from './event-log.ts';
