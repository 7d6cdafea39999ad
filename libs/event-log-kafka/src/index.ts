export { KafkaEventLog } from './kafka-event-log.ts';
export type { KafkaEventLogOptions } from './kafka-options.ts';
