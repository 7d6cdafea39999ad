import type { Kafka, Message, Producer, RecordMetadata } from './kafkajs-names.ts';

interface Current {
  readonly producer: Promise<Producer>;
  sending: number;
  spent: boolean;
}

/** One batch for one partition. */
interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Message[];
  /** When the sender waits no longer, in milliseconds since 1970. */
  readonly until: number;
}

/**
 * An idempotent producer that is replaced after each send that failed or took too long. kafkajs does not count a failed batch, and the broker
 * may have it nevertheless: the next batch would bear the same sequence number, be taken for the first one sent again,
 * and be acknowledged without being kept.
 */
export class RenewedProducer {
  readonly #kafka: Kafka;
  #current: Current | undefined;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /**
   * Appends one batch to one partition and returns its first offset. One batch of a partition at a time, and never two
   * partitions in one `send`: on the death of a leader kafkajs would resolve although a partition was not written.
   */
  async send({ topic, partition, messages, until }: Batch): Promise<number> {
    const current = (this.#current ??= { producer: this.#connect(), sending: 0, spent: false });
    current.sending += 1;
    try {
      const results = await before(until, this.#produce(current, { topic, partition, messages, until }));
      const written = results.find((one) => one.topicName === topic && one.partition === partition);
      const baseOffset = Number(written?.baseOffset ?? written?.offset ?? -1);
      if (written === undefined || written.errorCode !== 0 || !(baseOffset >= 0))
        throw new Error(`the answer has no offset for partition ${partition}`);
      return baseOffset;
    } catch (error) {
      current.spent = true;
      if (this.#current === current) this.#current = undefined;
      throw error;
    } finally {
      current.sending -= 1;
      if (current.spent && current.sending === 0) void disconnect(current);
    }
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) await disconnect(current);
  }

  async #produce({ producer }: Current, { topic, partition, messages, until }: Batch): Promise<RecordMetadata[]> {
    const connected = await producer;
    return connected.send({
      topic,
      acks: -1,
      timeout: Math.max(1, until - Date.now()),
      messages: messages.map((message) => ({ ...message, partition })),
    });
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 6 },
    });
    await producer.connect();
    return producer;
  }
}

async function disconnect({ producer }: Current): Promise<void> {
  await producer.then((one) => one.disconnect()).catch(() => undefined);
}

/** Rejects at the given time at the latest; what is under way then may still be written, and is seen once. */
async function before<T>(until: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the brokers did not answer in time')), Math.max(0, until - Date.now()));
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
