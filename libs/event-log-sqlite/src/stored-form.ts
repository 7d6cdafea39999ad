import type { EventRecord } from '@inland/events';
import type { StoredEvent, Topic } from '@inland/event-log';
import type { EventRow } from './packed-rows.ts';

/** One row as the worker gives it. */
export interface StoredRow {
  readonly place: number;
  readonly id: string;
  readonly key: string;
  readonly envelope: string;
  readonly data: Uint8Array;
}

/** The envelope is a JSON array, to be short: type, source, subject, time, sequence, previous hash (hexadecimal). */
export function toRow(event: EventRecord): EventRow {
  const { id, type, source, subject, time, key, sequence, previousHash, data } = event;
  const previous = previousHash === undefined ? null : Buffer.from(previousHash).toString('hex');
  return { id, key, envelope: JSON.stringify([type, source, subject, time, sequence ?? null, previous]), data };
}

export function fromRow(topic: Topic, row: StoredRow): StoredEvent {
  const [type, source, subject, time, sequence, previous] = JSON.parse(row.envelope) as [
    string,
    string,
    string,
    string,
    number | null,
    string | null,
  ];
  return {
    topic,
    partition: 0,
    offset: row.place,
    event: {
      id: row.id as EventRecord['id'],
      type,
      source,
      subject,
      time,
      key: row.key,
      ...(sequence === null ? {} : { sequence }),
      ...(previous === null ? {} : { previousHash: Uint8Array.from(Buffer.from(previous, 'hex')) }),
      data: row.data,
    },
  };
}
