import { createHash } from 'node:crypto';
import type { EventRecord } from './event-record.ts';

const empty = new Uint8Array(0);

/**
 * The SHA-256 of one event: over `inland/event/v1`, then each of id, type, source, subject, time, key, sequence,
 * previous hash and data, every part preceded by its length in bytes (uint32, big endian), so that no two different
 * events give the same input.
 */
export function hashEvent(event: EventRecord): Uint8Array {
  const head = [event.id, event.type, event.source, event.subject, event.time, event.key, String(event.sequence ?? '')];
  const hash = createHash('sha256').update('inland/event/v1');
  for (const part of [...head.map((text) => Buffer.from(text)), event.previousHash ?? empty, event.data]) {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  }
  return hash.digest();
}

/** What is wrong with a chain, and where. */
export interface ChainBreak {
  /** Index into the events that were checked. */
  readonly index: number;
  readonly problem: 'missing_start' | 'gap' | 'hash_mismatch' | 'head_mismatch' | 'not_closed' | 'after_close';
}

/** How far a chain has come. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: Uint8Array;
}

export interface ChainReport {
  readonly events: number;
  readonly head: ChainHead | undefined;
  readonly closed: boolean;
  readonly breaks: readonly ChainBreak[];
}

const closedType = 'inland.session.v1.SessionClosed';

/**
 * Checks one session's events, in log order. Events outside the chain (no sequence) are passed over.
 * `chainHeadOf` reads `chain_head` from a SessionClosed. A session that is still open reports `closed: false`.
 */
export function verifyChain(
  events: Iterable<EventRecord>,
  chainHeadOf: (closed: EventRecord) => Uint8Array,
): ChainReport {
  const breaks: ChainBreak[] = [];
  let head: ChainHead | undefined;
  let closed = false;
  let index = -1;
  let count = 0;
  for (const event of events) {
    index += 1;
    if (event.sequence === undefined) continue;
    count += 1;
    if (closed) breaks.push({ index, problem: 'after_close' });
    if (head === undefined) {
      if (event.sequence !== 1 || event.previousHash !== undefined) breaks.push({ index, problem: 'missing_start' });
    } else {
      if (event.sequence !== head.sequence + 1) breaks.push({ index, problem: 'gap' });
      if (Buffer.compare(event.previousHash ?? empty, head.hash) !== 0)
        breaks.push({ index, problem: 'hash_mismatch' });
    }
    if (event.type === closedType) {
      closed = true;
      if (Buffer.compare(chainHeadOf(event), head?.hash ?? empty) !== 0) breaks.push({ index, problem: 'head_mismatch' });
    }
    head = { sequence: event.sequence, hash: hashEvent(event) };
  }
  return { events: count, head, closed, breaks };
}
