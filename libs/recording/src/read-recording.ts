import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { hashEvent, type EventRecord } from '@inland/events';
import { ByteSource } from './byte-source.ts';
import { decodeEvents } from './event-bytes.ts';
import { flawed } from './flaw.ts';
import { recordingLimits } from './limits.ts';
import { chunkTag, magic, sha256, trailerTag } from './write-recording.ts';

const decompress = promisify(zstdDecompress);

/**
 * Reads a recording's events as they were in the log (the format stands at `writeRecording`). Events are given chunk by
 * chunk, each after its checksum held; only when the iteration ends without a fault is the recording whole.
 * Faults with `corrupt`, whose message begins with a `RecordingFlaw`.
 */
export async function* readRecording(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<EventRecord> {
  const source = new ByteSource(bytes);
  try {
    const session = await readHeader(source);
    let chunks = 0;
    let count = 0;
    let headSequence = 0;
    let head: Uint8Array = new Uint8Array(32);
    for (;;) {
      const tag = (await source.take(1, 'what should be a chunk or the trailer'))[0];
      if (tag === trailerTag) break;
      if (tag !== chunkTag)
        throw flawed('checksum_mismatch', `neither a chunk nor the trailer after chunk ${chunks - 1}`);
      for (const event of decodeEvents(await readChunk(source, chunks))) {
        if (event.key !== session) throw flawed('malformed', 'an event of another session');
        count += 1;
        if (event.sequence !== undefined) {
          headSequence = event.sequence;
          head = hashEvent(event);
        }
        yield event;
      }
      chunks += 1;
    }
    const trailer = await source.take(40, 'the trailer');
    const digest = source.digest();
    if (!digest.equals(await source.take(32, 'the trailer')))
      throw flawed('checksum_mismatch', 'the recording as a whole');
    if (trailer.readUInt32BE(0) !== count)
      throw flawed('count_mismatch', `the trailer counts other than ${count} events`);
    if (trailer.readUInt32BE(4) !== headSequence || !trailer.subarray(8).equals(head))
      throw flawed('head_mismatch', 'the trailer names another head of the chain');
    if (!(await source.atEnd())) throw flawed('trailing_bytes', 'something follows the trailer');
  } finally {
    await source.close();
  }
}

async function readHeader(source: ByteSource): Promise<string> {
  const start = await source.take(magic.length, 'the magic');
  if (!start.equals(magic)) throw flawed('not_a_recording', 'does not begin as an inland recording v1');
  const length = (await source.take(4, 'the header')).readUInt32BE(0);
  if (length > recordingLimits.headerBytesMax) throw flawed('over_limit', `a header of ${length} bytes`);
  const checksum = await source.take(32, 'the header');
  const header = await source.take(length, 'the header');
  if (!sha256(header).equals(checksum)) throw flawed('checksum_mismatch', 'the header');
  const { session, compression } = parsed(header);
  if (typeof session !== 'string' || compression !== 'zstd') throw flawed('malformed', 'the header');
  return session;
}

function parsed(header: Buffer): { readonly session?: unknown; readonly compression?: unknown } {
  try {
    return (JSON.parse(header.toString('utf8')) ?? {}) as object;
  } catch {
    return {};
  }
}

async function readChunk(source: ByteSource, expected: number): Promise<Buffer> {
  const what = `chunk ${expected}`;
  const prefix = await source.take(12, what);
  const length = prefix.readUInt32BE(4);
  const rawLength = prefix.readUInt32BE(8);
  // Incompressible bytes grow a little: zstd's own bound is length + length/256 + 64.
  if (rawLength > recordingLimits.chunkBytesMax || length > recordingLimits.chunkBytesMax * 1.01 + 128)
    throw flawed('over_limit', what);
  const checksum = await source.take(32, what);
  const packed = await source.take(length, what);
  if (!sha256(Buffer.of(chunkTag), prefix, packed).equals(checksum)) throw flawed('checksum_mismatch', what);
  if (prefix.readUInt32BE(0) !== expected)
    throw flawed('out_of_place', `chunk ${prefix.readUInt32BE(0)} where chunk ${expected} belongs`);
  const raw = await decompress(packed, { maxOutputLength: rawLength }).catch(() => undefined);
  if (raw === undefined || raw.length !== rawLength) throw flawed('malformed', what);
  return raw;
}
