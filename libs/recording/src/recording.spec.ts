import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SessionChain, StreamKind, type EventRecord } from '@inland/events';
import { newSessionId, type EventId } from '@inland/kernel';
import { flawOf } from './flaw.ts';
import { readRecording } from './read-recording.ts';
import { magic, sha256, writeRecording } from './write-recording.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function written(session: string, events: readonly EventRecord[]): Promise<Buffer> {
  return Buffer.concat(await collect(writeRecording(session, events)));
}

function smallSession(): { readonly session: string; readonly events: readonly EventRecord[] } {
  const chain = new SessionChain({ session: newSessionId(), source: '/inland/proxy/a' });
  const events = [
    chain.next('ConnectionAttempted', { target: 'build-eu', login: 'deploy' }),
    chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: Buffer.from('hello\n') }),
    chain.close({ reason: 'client_left' }),
  ];
  return { session: chain.session, events };
}

async function flawIn(bytes: Uint8Array): Promise<string | undefined> {
  try {
    await collect(readRecording([bytes]));
    return undefined;
  } catch (error) {
    return flawOf(error) ?? `not a named flaw: ${String(error)}`;
  }
}

const names = ['not_a_recording', 'truncated', 'checksum_mismatch', 'malformed', 'out_of_place', 'over_limit'];

describe('a recording', () => {
  it('gives back any events exactly, however its bytes are cut', async () => {
    const session = newSessionId();
    const event = fc.record({
      type: fc.string({ unit: 'binary' }),
      source: fc.string({ unit: 'binary' }),
      subject: fc.string({ unit: 'binary' }),
      time: fc.constant('2026-11-23T10:00:00.000Z'),
      sequence: fc.option(fc.integer({ min: 1, max: 2 ** 40 }), { nil: undefined }),
      previousHash: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
      data: fc.uint8Array({ maxLength: 2000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), fc.integer({ min: 1, max: 400 }), async (made, step) => {
        const events = made.map(({ sequence, previousHash, ...rest }) => ({
          ...rest,
          id: newSessionId() as string as EventId,
          key: session,
          ...(sequence === undefined ? {} : { sequence: sequence % 2 ** 31 }),
          ...(previousHash === undefined ? {} : { previousHash: Uint8Array.from(previousHash) }),
          data: Uint8Array.from(rest.data),
        }));
        const bytes = await written(session, events);
        const cut = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) =>
          bytes.subarray(at * step, (at + 1) * step),
        );
        expect(await collect(readRecording(cut))).toEqual(events);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bytes for the same events', async () => {
    const { session, events } = smallSession();
    expect(await written(session, events)).toEqual(await written(session, events));
  });

  it('keeps sessions of more than one chunk', async () => {
    const chain = new SessionChain({ session: newSessionId(), source: '/inland/proxy/a' });
    const events = Array.from({ length: 40 }, (_, at) =>
      chain.next('OutputRecorded', { command: 1, data: Buffer.alloc(64 * 1024, at) }),
    );
    const bytes = await written(chain.session, events);
    expect(await collect(readRecording([bytes]))).toEqual(events);
    expect(bytes.length).toBeLessThan(100_000);
  });

  it('names the flaw of every truncation', async () => {
    const { session, events } = smallSession();
    const bytes = await written(session, events);
    for (let length = 0; length < bytes.length; length += 1)
      expect(`${length} ${await flawIn(bytes.subarray(0, length))}`).toBe(`${length} truncated`);
  });

  it('names the flaw of every flipped bit', async () => {
    const { session, events } = smallSession();
    const bytes = await written(session, events);
    expect(await flawIn(bytes)).toBeUndefined();
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(names).toContain(await flawIn(flipped));
    }
  });

  it('names what follows the trailer, and what is no recording', async () => {
    const { session, events } = smallSession();
    const bytes = await written(session, events);
    expect(await flawIn(Buffer.concat([bytes, Buffer.of(0)]))).toBe('trailing_bytes');
    expect(await flawIn(Buffer.from('inland recording v2\n'.repeat(10)))).toBe('not_a_recording');
  });

  it('finds chunks that changed places, though each holds its checksum', async () => {
    const chain = new SessionChain({ session: newSessionId(), source: '/inland/proxy/a' });
    const events = Array.from({ length: 2 }, (_, at) =>
      chain.next('OutputRecorded', { command: 1, data: Buffer.alloc(800_000, at) }),
    );
    const parts = await collect(writeRecording(chain.session, events));
    expect(parts).toHaveLength(4);
    const [header, first, second, trailer] = parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(await flawIn(Buffer.concat([header, second, first, trailer]))).toBe('out_of_place');
    expect(await flawIn(Buffer.concat([header, first, trailer]))).toBe('checksum_mismatch');
  });

  it('finds a forged trailer whose checksum was made again', async () => {
    const { session, events } = smallSession();
    const bytes = await written(session, events);
    const body = Buffer.from(bytes.subarray(0, -32));
    const countAt = body.length - 40;
    body.writeUInt32BE(body.readUInt32BE(countAt) + 1, countAt);
    expect(await flawIn(Buffer.concat([body, sha256(body)]))).toBe('count_mismatch');
    body.writeUInt32BE(body.readUInt32BE(countAt) - 1, countAt);
    body.writeUInt8((body.at(-1) ?? 0) ^ 1, body.length - 1);
    expect(await flawIn(Buffer.concat([body, sha256(body)]))).toBe('head_mismatch');
  });

  it('refuses an event of another session, and a header beyond its limit', async () => {
    const { events } = smallSession();
    await expect(written(newSessionId(), events)).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(await flawIn(Buffer.concat([magic, Buffer.from('ffffffff', 'hex')]))).toBe('over_limit');
  });
});
