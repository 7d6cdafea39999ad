/** Bounds of `inland recording v1`. All in bytes unless the name says otherwise. */
export const recordingLimits = {
  /** A chunk is closed before it grows over this, uncompressed. One event (at most 900 KiB) always fits. */
  chunkBytesMax: 1024 * 1024,
  /** The header, which is JSON. */
  headerBytesMax: 4096,
  /** Events of one recording. */
  eventsMax: 50_000_000,
} as const;
