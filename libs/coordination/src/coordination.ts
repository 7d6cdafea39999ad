/**
 * What replicas tell each other now: leases, one-time values, messages. Nothing here must outlive a restart.
 * Keys are `kind:id`; values are short texts without secrets.
 */
export interface Coordination {
  /** Takes or renews a lease. False when another holder has it. It lapses `ttlMillis` after the last renewal. */
  renewLease(key: string, holder: string, ttlMillis: number): Promise<boolean>;
  releaseLease(key: string, holder: string): Promise<void>;
  /** Who holds the lease now; undefined when nobody does. */
  leaseHolder(key: string): Promise<string | undefined>;
  /** Keeps a value for `ttlMillis`; false when the key is there already. */
  putOnce(key: string, value: string, ttlMillis: number): Promise<boolean>;
  /** Gives the value and forgets it, so that it is given once. */
  takeOnce(key: string): Promise<string | undefined>;
  /** Counts one more event under the key within a window that starts at the first; returns the count so far. */
  count(key: string, windowMillis: number): Promise<number>;
  /** Tells every subscriber of the channel, at most once each. */
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  health(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}
