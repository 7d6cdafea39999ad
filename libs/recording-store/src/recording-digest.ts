import { createHash } from 'node:crypto';
import { Fault } from '@inland/kernel';

/** Faults with `invalid_argument` unless the text is a SHA-256 in lower-case hexadecimal. */
export function checkDigest(digest: string): void {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new Fault('invalid_argument', 'a recording is named by a SHA-256');
}

/** Passes the bytes on; faults with `corrupt` at the end when they do not have that SHA-256 (hexadecimal). */
export async function* verified(digest: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of bytes) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') !== digest) throw new Fault('corrupt', `recording ${digest} is not what was kept`);
}
