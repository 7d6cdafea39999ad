import { createHash } from 'node:crypto';
import type { EventId } from '@inland/kernel';

/**
 * A UUIDv7 (RFC 9562 §5.7) whose random bits follow from the seed: who appends the same fact again, after a crash or beside
 * another replica, appends the same id, and the log shows it once.
 */
export function derivedEventId(seed: string, timeMillis: number): EventId {
  const time = Math.max(0, timeMillis).toString(16).padStart(12, '0').slice(-12);
  const hash = createHash('sha256').update('inland/derived-event-id').update(seed).digest();
  const variant = (((hash[2] ?? 0) & 0x3f) | 0x80).toString(16);
  const hex = hash.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(6, 8)}-${hex.slice(8, 20)}` as EventId;
}
