import { fromHeaders, toHeaders, type EventRecord } from '@inland/events';
import type { StoredEvent, Topic } from '@inland/event-log';
import type { Message } from './kafkajs-names.ts';

/** A record as the brokers give it. */
export interface FetchedRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, unknown>>;
  /** Kafka's own markers, which are no events. */
  readonly isControlRecord?: boolean;
}

/** CloudEvents' Kafka binding, binary mode: attributes are headers, the key is the event's, the value its data. */
export function toRecord(event: EventRecord): Message {
  return {
    key: event.key,
    // kafkajs writes a view with the length of its whole buffer.
    value: Buffer.from(event.data.buffer, event.data.byteOffset, event.data.byteLength),
    headers: toHeaders(event),
  };
}

/** Faults with `corrupt` when the record is no event. */
export function toStored(topic: Topic, partition: number, record: FetchedRecord): StoredEvent {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(record.headers ?? {}))
    if (Buffer.isBuffer(value)) headers[name] = value.toString('utf8');
  const event = fromHeaders(headers, record.key?.toString('utf8') ?? '', record.value ?? Buffer.alloc(0));
  return { topic, partition, offset: Number(record.offset), event };
}

/** What an event takes on the wire, about: its data, key and headers. */
export function recordBytes(event: EventRecord): number {
  return (
    event.data.length + 2 * event.key.length + event.type.length + event.source.length + event.subject.length + 360
  );
}
