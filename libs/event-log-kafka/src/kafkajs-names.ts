import kafkajs from 'kafkajs';

// kafkajs is CommonJS: Node finds its default export alone.
export const { ConfigResourceTypes, Partitioners } = kafkajs;
export type { Admin, Consumer, EachBatchPayload, Kafka, Message, Producer, RecordMetadata } from 'kafkajs';
