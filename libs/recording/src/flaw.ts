import { Fault } from '@inland/kernel';

/**
 * What can be wrong with the bytes of a recording.
 * - `not_a_recording`: does not begin with the magic, or is of another version
 * - `truncated`: ends before its trailer does
 * - `checksum_mismatch`: a header, chunk or trailer is not what was written
 * - `malformed`: the checksum holds, but what it covers cannot be
 * - `out_of_place`: a chunk is missing, doubled or moved
 * - `count_mismatch`, `head_mismatch`: the trailer speaks of other events than those before it
 * - `trailing_bytes`: something follows the trailer
 * - `over_limit`: a part is larger than the format allows
 */
export type RecordingFlaw =
  | 'not_a_recording'
  | 'truncated'
  | 'checksum_mismatch'
  | 'malformed'
  | 'out_of_place'
  | 'count_mismatch'
  | 'head_mismatch'
  | 'trailing_bytes'
  | 'over_limit';

/** A `corrupt` fault whose message begins with the flaw's name. */
export function flawed(flaw: RecordingFlaw, detail: string): Fault {
  return new Fault('corrupt', `${flaw}: ${detail}`);
}

/** The flaw that a fault of the reader names; undefined for any other error. */
export function flawOf(error: unknown): RecordingFlaw | undefined {
  if (!(error instanceof Fault) || error.code !== 'corrupt') return undefined;
  const name = error.message.split(':', 1)[0] ?? '';
  return /^[a-z_]+$/.test(name) ? (name as RecordingFlaw) : undefined;
}
