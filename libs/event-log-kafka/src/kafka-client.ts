import { Fault } from '@inland/kernel';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { KafkaEventLogOptions } from './kafka-options.ts';

const { logLevel } = kafkajs;
process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1'; // partitions are chosen here

export function kafkaClient(options: KafkaEventLogOptions): Kafka {
  const { brokers, clientId, tls, sasl, onLog } = options;
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log }) => {
        // Retries are bounded on purpose: a producer whose send failed is replaced (see RenewedProducer).
        if (log.message.startsWith('Limiting retries')) return;
        onLog?.(level === logLevel.ERROR ? 'error' : level === logLevel.WARN ? 'warn' : 'info', log.message);
      },
    ...(tls === undefined ? {} : { ssl: tls.ca === undefined ? true : { ca: [tls.ca] } }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
  };
  return new kafkajs.Kafka(config);
}

/** What a caller is told when the brokers cannot do it now. The message is the library's, without content. */
export function logUnavailable(what: string, caught: unknown): Fault {
  if (caught instanceof Fault) return caught;
  const said = caught instanceof Error ? caught.message : String(caught);
  return new Fault('log_unavailable', `Kafka: ${what}: ${said}`, { cause: caught });
}
