import type { EventRecord } from '@inland/events';
import { isUuidv7, type EventId } from '@inland/kernel';
import { flawed } from './flaw.ts';

const hasSequence = 1;
const hasPreviousHash = 2;

/**
 * One event in a chunk, exactly as it is in the log:
 *
 *     length  uint32      of what follows
 *     flags   uint8       1: has a sequence · 2: has a previous hash
 *     id, type, source, subject, time, key      each uint32 length, then UTF-8
 *     [sequence      uint64]
 *     [previous hash 32 bytes]
 *     data    the rest
 *
 * Integers are big endian.
 */
export function encodeEvent(event: EventRecord): Uint8Array {
  const texts = [event.id, event.type, event.source, event.subject, event.time, event.key].map((text) =>
    Buffer.from(text),
  );
  const flags =
    (event.sequence === undefined ? 0 : hasSequence) | (event.previousHash === undefined ? 0 : hasPreviousHash);
  const parts: Uint8Array[] = [Buffer.of(flags), ...texts.flatMap((text) => [uint32(text.length), text])];
  if (event.sequence !== undefined) {
    const sequence = Buffer.alloc(8);
    sequence.writeBigUInt64BE(BigInt(event.sequence));
    parts.push(sequence);
  }
  if (event.previousHash !== undefined) parts.push(event.previousHash);
  parts.push(event.data);
  const body = Buffer.concat(parts);
  return Buffer.concat([uint32(body.length), body]);
}

/** The events of one uncompressed chunk. Faults with `malformed`. */
export function decodeEvents(chunk: Buffer): EventRecord[] {
  const events: EventRecord[] = [];
  let at = 0;
  while (at < chunk.length) {
    if (at + 4 > chunk.length) throw flawed('malformed', 'a chunk ends within an event');
    const length = chunk.readUInt32BE(at);
    if (at + 4 + length > chunk.length) throw flawed('malformed', 'a chunk ends within an event');
    events.push(decodeEvent(chunk.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return events;
}

function decodeEvent(body: Buffer): EventRecord {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > body.length) throw flawed('malformed', 'an event ends within a field');
    at += length;
    return body.subarray(at - length, at);
  };
  const text = (): string => take(take(4).readUInt32BE(0)).toString('utf8');
  const flags = take(1)[0] ?? 0;
  const id = text();
  if (!isUuidv7(id)) throw flawed('malformed', 'an event whose id is no UUIDv7');
  const head = { id: id as EventId, type: text(), source: text(), subject: text(), time: text(), key: text() };
  const sequence = (flags & hasSequence) === 0 ? undefined : Number(take(8).readBigUInt64BE(0));
  const previousHash = (flags & hasPreviousHash) === 0 ? undefined : Uint8Array.from(take(32));
  return {
    ...head,
    ...(sequence === undefined ? {} : { sequence }),
    ...(previousHash === undefined ? {} : { previousHash }),
    data: Uint8Array.from(take(body.length - at)),
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
