import { Fault, isUuidv7, type EventId } from '@inland/kernel';
import type { EventRecord } from './event-record.ts';

/** Headers of CloudEvents' Kafka protocol binding, binary mode (§3.2), without the key and the value. */
export type CloudEventHeaders = Readonly<Record<string, string>>;

/**
 * The headers of an event. `ce_sequence` is CloudEvents' sequence extension; `ce_previoushash` is ours
 * (hexadecimal SHA-256). The event's key goes into the Kafka key, its data into the value.
 */
export function toHeaders(event: EventRecord): CloudEventHeaders {
  return {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_subject: event.subject,
    ce_time: event.time,
    'content-type': 'application/protobuf',
    ...(event.sequence === undefined ? {} : { ce_sequence: String(event.sequence) }),
    ...(event.previousHash === undefined ? {} : { ce_previoushash: Buffer.from(event.previousHash).toString('hex') }),
  };
}

/** The other way. Faults with `corrupt` when a required attribute is missing or malformed. */
export function fromHeaders(headers: CloudEventHeaders, key: string, data: Uint8Array): EventRecord {
  const need = (name: string): string => {
    const value = headers[name];
    if (value === undefined || value === '') throw new Fault('corrupt', `record without ${name}`);
    return value;
  };
  if (need('ce_specversion') !== '1.0') throw new Fault('corrupt', 'record of another CloudEvents version');
  const id = need('ce_id');
  if (!isUuidv7(id)) throw new Fault('corrupt', 'record whose ce_id is no UUIDv7');
  const sequence = headers['ce_sequence'];
  if (sequence !== undefined && !/^[1-9]\d{0,14}$/.test(sequence)) throw new Fault('corrupt', 'malformed ce_sequence');
  const previous = headers['ce_previoushash'];
  if (previous !== undefined && !/^[0-9a-f]{64}$/.test(previous))
    throw new Fault('corrupt', 'malformed ce_previoushash');
  return {
    id: id as EventId,
    type: need('ce_type'),
    source: need('ce_source'),
    subject: headers['ce_subject'] ?? '',
    time: need('ce_time'),
    key,
    ...(sequence === undefined ? {} : { sequence: Number(sequence) }),
    ...(previous === undefined ? {} : { previousHash: Uint8Array.from(Buffer.from(previous, 'hex')) }),
    data,
  };
}
