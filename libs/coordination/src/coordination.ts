/**
 * What replicas tell each other now: leases, one-time values, counts, messages. Nothing here must outlive a restart.
 * Keys are `kind:id`; values are short texts without secrets. Leases, one-time values and counts are kept apart: the same
 * key may name one of each. Times are whole milliseconds above 0.
 *
 * Every call answers within a few seconds, or faults: `unavailable` or `timeout` (whether it took effect is then not
 * known), `invalid_argument`, `resource_exhausted`; after {@link Coordination.close}, `unavailable`.
 */
export interface Coordination {
  /** Takes or renews a lease. False when another holder has it. It lapses `ttlMillis` after the last renewal. */
  renewLease(key: string, holder: string, ttlMillis: number): Promise<boolean>;
  /** Gives the lease back; nothing happens when `holder` does not have it. */
  releaseLease(key: string, holder: string): Promise<void>;
  /** Who holds the lease now; undefined when nobody does. */
  leaseHolder(key: string): Promise<string | undefined>;
  /** Keeps a value for `ttlMillis`; false when the key is there already, which then stays as it is. */
  putOnce(key: string, value: string, ttlMillis: number): Promise<boolean>;
  /** Gives the value and forgets it, so that it is given once, however many ask at the same time. */
  takeOnce(key: string): Promise<string | undefined>;
  /** Counts one more event under the key within a window that starts at the first; returns the count so far. */
  count(key: string, windowMillis: number): Promise<number>;
  /** Tells every subscriber of the channel, at most once each; one publisher's messages arrive in their order. */
  publish(channel: string, message: string): Promise<void>;
  /** Hears what is published from now on, this process's own messages too. The result ends it; nothing comes after. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  /** Whether coordination works now. Never faults; the reason holds no secret. */
  health(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}
