import { createHash, hash } from 'node:crypto';
import type { EventRecord } from './event-record.ts';

const empty = new Uint8Array(0);

/**
 * The SHA-256 of one event: over `inland/event/v1`, then each of id, type, source, subject, time, key, sequence,
 * previous hash and data, every part preceded by its length in bytes (uint32, big endian), so that no two different
 * events give the same input.
 */
export function hashEvent(event: EventRecord): Uint8Array {
  const { id, type, source, subject, time, key, sequence, previousHash = empty, data } = event;
  const texts = [id, type, source, subject, time, key, String(sequence ?? '')];
  const together = data.length <= copiedBytesMax;
  let bytes = prefix.length + 4 * (texts.length + 2) + previousHash.length + (together ? data.length : 0);
  for (const text of texts) bytes += Buffer.byteLength(text);
  const input = Buffer.allocUnsafe(bytes);
  let at = input.write(prefix, 'latin1');
  for (const text of texts) {
    const length = input.write(text, at + 4);
    at = input.writeUInt32BE(length, at) + length;
  }
  at = input.writeUInt32BE(previousHash.length, at);
  input.set(previousHash, at);
  at = input.writeUInt32BE(data.length, at + previousHash.length);
  if (!together) return createHash('sha256').update(input).update(data).digest();
  input.set(data, at);
  return hash('sha256', input, 'buffer');
}

const prefix = 'inland/event/v1';
/** Smaller data is copied beside the rest: hashing in one call costs less than the copy. */
const copiedBytesMax = 16 * 1024;

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
/** A report names at most so many breaks. */
const breaksMax = 1000;

/**
 * Checks one session's events, in log order, one by one, so that a session of any length can be checked.
 * Events outside the chain (no sequence) are passed over. `chainHeadOf` reads `chain_head` from a SessionClosed.
 */
export class ChainCheck {
  readonly #chainHeadOf: (closed: EventRecord) => Uint8Array;
  readonly #breaks: ChainBreak[] = [];
  #head: ChainHead | undefined;
  #closed = false;
  #index = -1;
  #count = 0;

  constructor(chainHeadOf: (closed: EventRecord) => Uint8Array) {
    this.#chainHeadOf = chainHeadOf;
  }

  add(event: EventRecord): void {
    this.#index += 1;
    if (event.sequence === undefined) return;
    this.#count += 1;
    const head = this.#head;
    if (this.#closed) this.#break('after_close');
    if (head === undefined) {
      if (event.sequence !== 1 || event.previousHash !== undefined) this.#break('missing_start');
    } else {
      if (event.sequence !== head.sequence + 1) this.#break('gap');
      if (Buffer.compare(event.previousHash ?? empty, head.hash) !== 0) this.#break('hash_mismatch');
    }
    if (event.type === closedType) {
      this.#closed = true;
      if (Buffer.compare(this.#chainHeadOf(event), head?.hash ?? empty) !== 0) this.#break('head_mismatch');
    }
    this.#head = { sequence: event.sequence, hash: hashEvent(event) };
  }

  /** What was found so far. A session that is still open reports `closed: false`. */
  report(): ChainReport {
    return { events: this.#count, head: this.#head, closed: this.#closed, breaks: [...this.#breaks] };
  }

  #break(problem: ChainBreak['problem']): void {
    if (this.#breaks.length < breaksMax) this.#breaks.push({ index: this.#index, problem });
  }
}

/** As {@link ChainCheck}, for events that are at hand. */
export function verifyChain(
  events: Iterable<EventRecord>,
  chainHeadOf: (closed: EventRecord) => Uint8Array,
): ChainReport {
  const check = new ChainCheck(chainHeadOf);
  for (const event of events) check.add(event);
  return check.report();
}
