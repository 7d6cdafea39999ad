import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { hashEvent, type EventRecord } from '@inland/events';
import { Fault } from '@inland/kernel';
import { encodeEvent } from './event-bytes.ts';
import { recordingLimits } from './limits.ts';

const compress = promisify(zstdCompress);

export const magic = Buffer.from('inland recording v1\n');
export const chunkTag = 0x43; // C
export const trailerTag = 0x54; // T

/**
 * Writes a session's events, in log order, as a recording. The same events give the same bytes, whoever writes them:
 * nothing but the events goes in.
 *
 *     magic    "inland recording v1\n"
 *     header   uint32 length · SHA-256 of the JSON · JSON {"session", "compression": "zstd"}
 *     chunk*   'C' · uint32 number, from 0 · uint32 length · uint32 uncompressed length
 *              · SHA-256 of the 13 bytes before and of the bytes after it · zstd bytes
 *     trailer  'T' · uint32 events · uint32 the chain's last sequence · SHA-256 of the chain's last event (zeros: none)
 *              · SHA-256 of every byte of the recording before it
 *
 * Integers are big endian. Faults with `invalid_argument` when an event is of another session, with
 * `resource_exhausted` when there are too many.
 */
export async function* writeRecording(
  session: string,
  events: AsyncIterable<EventRecord> | Iterable<EventRecord>,
): AsyncGenerator<Uint8Array> {
  const whole = createHash('sha256');
  const out = (...parts: readonly Uint8Array[]): Uint8Array => {
    const bytes = Buffer.concat(parts);
    whole.update(bytes);
    return bytes;
  };
  const header = Buffer.from(JSON.stringify({ session, compression: 'zstd' }));
  yield out(magic, uint32(header.length), sha256(header), header);

  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let chunks = 0;
  let count = 0;
  let headSequence = 0;
  let head: Uint8Array = new Uint8Array(32);
  const chunk = async (): Promise<Uint8Array> => {
    const raw = Buffer.concat(pending);
    const packed = await compress(raw);
    const prefix = Buffer.concat([Buffer.of(chunkTag), uint32(chunks), uint32(packed.length), uint32(raw.length)]);
    chunks += 1;
    pending = [];
    pendingBytes = 0;
    return out(prefix, sha256(prefix, packed), packed);
  };
  for await (const event of events) {
    if (event.key !== session)
      throw new Fault('invalid_argument', `an event of ${event.key} in the recording of ${session}`);
    const bytes = encodeEvent(event);
    if (bytes.length > recordingLimits.chunkBytesMax)
      throw new Fault('invalid_argument', 'an event is too large to record');
    if (pendingBytes + bytes.length > recordingLimits.chunkBytesMax) yield await chunk();
    pending.push(bytes);
    pendingBytes += bytes.length;
    count += 1;
    if (count > recordingLimits.eventsMax) throw new Fault('resource_exhausted', 'too many events for one recording');
    if (event.sequence !== undefined) {
      headSequence = event.sequence;
      head = hashEvent(event);
    }
  }
  if (pending.length > 0) yield await chunk();
  const trailer = out(Buffer.of(trailerTag), uint32(count), uint32(headSequence), head);
  yield Buffer.concat([trailer, whole.digest()]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
