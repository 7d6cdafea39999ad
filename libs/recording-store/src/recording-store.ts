/** Sealed recordings by their SHA-256. Write once: a recording is never changed or removed through this port. */
export interface RecordingStore {
  /** The region in which the recordings are kept. */
  readonly region: string;
  /**
   * Keeps a recording under the SHA-256 of its bytes (hexadecimal) and returns it. The same bytes again are no error.
   * Rejects with `unavailable` when it cannot be kept.
   */
  put(recording: AsyncIterable<Uint8Array>): Promise<{ readonly digest: string; readonly bytes: number }>;
  /** The bytes; faults with `not_found`, or with `corrupt` at the end when they do not have that digest. */
  get(digest: string): AsyncIterable<Uint8Array>;
  has(digest: string): Promise<boolean>;
  health(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}
