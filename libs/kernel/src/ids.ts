import { randomFillSync } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A UUIDv7 (RFC 9562 §5.7) that names one event, for ever; a retried append carries the same one. */
export type EventId = Branded<'EventId'>;
/** A UUIDv7 that names one connection attempt and the session that may follow from it. */
export type SessionId = Branded<'SessionId'>;

const pool = Buffer.alloc(4096);
let poolUsed = pool.length;
let lastMillis = 0;
let counter = 0;

/** A new UUIDv7: 48 bits of milliseconds, a 12-bit counter that keeps one process's ids in order, 62 random bits. */
export function uuidv7(nowMillis: number = Date.now()): string {
  if (nowMillis > lastMillis) {
    lastMillis = nowMillis;
    counter = 0;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      lastMillis += 1;
      counter = 0;
    }
  }
  if (poolUsed + 8 > pool.length) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  const time = lastMillis.toString(16).padStart(12, '0');
  const random = pool.subarray(poolUsed, poolUsed + 8);
  poolUsed += 8;
  const variant = ((random[0] ?? 0) & 0x3f) | 0x80;
  const tail = random.toString('hex', 1);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant.toString(16)}${tail.slice(0, 2)}-${tail.slice(2)}`;
}

export const newEventId = (): EventId => uuidv7() as EventId;
export const newSessionId = (): SessionId => uuidv7() as SessionId;

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a text is a UUIDv7 in its canonical lower-case form. */
export function isUuidv7(text: string): boolean {
  return pattern.test(text);
}
