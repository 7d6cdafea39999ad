import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { DescMessage } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  allEvents,
  chainHeadOf,
  dataClassOf,
  DataClass,
  decodeSessionEvent,
  Ending,
  fromHeaders,
  hashEvent,
  publicFields,
  SessionChain,
  sessionEvents,
  StreamKind,
  toHeaders,
  verifyChain,
  type EventRecord,
} from './index.ts';

function messagesOf(schema: DescMessage, seen = new Set<DescMessage>()): Set<DescMessage> {
  if (seen.has(schema)) return seen;
  seen.add(schema);
  for (const field of schema.fields) if (field.message !== undefined) messagesOf(field.message, seen);
  return seen;
}

function session(): EventRecord[] {
  const chain = new SessionChain({ session: 's-1', source: '/inland/proxy/r' });
  return [
    chain.next('ConnectionAttempted', { target: 'build-eu', subject: 'alice', groups: ['dev'] }),
    chain.next('CommandSubmitted', { command: 1, operation: 'ssh.exec', text: 'ls' }),
    chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: Buffer.from('a\n') }),
    chain.close({ ending: Ending.COMPLETED, reason: 'client_left' }),
  ];
}

describe('data classes', () => {
  const fields = allEvents.flatMap((schema) => [...messagesOf(schema)]).flatMap((schema) => schema.fields);

  it('stand on every field of every event', () => {
    expect(fields.length).toBeGreaterThan(60);
    expect(fields.filter((field) => dataClassOf(field) === DataClass.SECRET).map((field) => field.toString())).toEqual(
      [],
    );
  });

  it('keep everything above public out of what a log line may show', () => {
    const decoded = decodeSessionEvent(session()[0] as EventRecord);
    const shown = publicFields(sessionEvents.ConnectionAttempted, decoded.data);
    expect(shown).toMatchObject({ target: 'build-eu' });
    expect(JSON.stringify(shown)).not.toContain('alice');
    expect(shown).not.toHaveProperty('groups');
  });
});

describe('the chain', () => {
  it('verifies from attempt to close', () => {
    expect(verifyChain(session(), chainHeadOf)).toMatchObject({ closed: true, events: 4, breaks: [] });
  });

  it.each([0, 1, 2, 3])('names a removed event %i', (index) => {
    const events = session();
    events.splice(index, 1);
    const report = verifyChain(events, chainHeadOf);
    expect(report.breaks.length > 0 || !report.closed).toBe(true);
  });

  it.each([0, 1, 2])('names two events that changed places after %i', (index) => {
    const events = session();
    const [one, two] = [events[index] as EventRecord, events[index + 1] as EventRecord];
    events.splice(index, 2, two, one);
    expect(verifyChain(events, chainHeadOf).breaks).not.toEqual([]);
  });

  it('names any change of any part of any event but the last', () => {
    const changes: ((event: EventRecord) => EventRecord)[] = [
      (event) => ({ ...event, time: '2020-01-01T00:00:00.000Z' }),
      (event) => ({ ...event, source: '/other' }),
      (event) => ({ ...event, subject: 'x' }),
      (event) => ({ ...event, type: 'inland.session.v1.AccessDecided' }),
      (event) => ({ ...event, data: Buffer.concat([event.data, Buffer.from([0])]) }),
    ];
    for (const change of changes)
      for (const index of [0, 1, 2]) {
        const events = session();
        events[index] = change(events[index] as EventRecord);
        expect(verifyChain(events, chainHeadOf).breaks).toContainEqual({ index: index + 1, problem: 'hash_mismatch' });
      }
  });

  it('goes on where another writer left off', () => {
    const events = session().slice(0, 3);
    const report = verifyChain(events, chainHeadOf);
    const chain = new SessionChain({ session: 's-1', source: '/inland/recorder/r', head: report.head });
    events.push(chain.close({ ending: Ending.ABORTED, reason: 'proxy_lost' }));
    expect(verifyChain(events, chainHeadOf)).toMatchObject({ closed: true, breaks: [] });
  });

  it.each([0, 100, 16 * 1024, 16 * 1024 + 1, 100_000])(
    'hashes each part after its length, with %d bytes of data',
    (size) => {
      const event: EventRecord = { ...(session()[1] as EventRecord), subject: 'ünïcode', data: randomBytes(size) };
      const { id, type, source, subject, time, key, sequence, previousHash = new Uint8Array(0), data } = event;
      const expected = createHash('sha256').update('inland/event/v1');
      for (const part of [id, type, source, subject, time, key, String(sequence), previousHash, data]) {
        const bytes = Buffer.from(part as Uint8Array);
        const length = Buffer.alloc(4);
        length.writeUInt32BE(bytes.length);
        expected.update(length).update(bytes);
      }
      expect(Buffer.from(hashEvent(event)).toString('hex')).toBe(expected.digest('hex'));
    },
  );

  it('hashes different events differently, however their parts are cut', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (source, subject) => {
        const event = { ...(session()[0] as EventRecord), source, subject };
        const moved = { ...event, source: source + subject.slice(0, 1), subject: subject.slice(1) };
        expect(Buffer.compare(hashEvent(event), hashEvent(moved)) === 0).toBe(subject.length === 0);
      }),
    );
  });
});

describe('CloudEvents headers', () => {
  it('carry an event there and back', () => {
    for (const event of session()) {
      const back = fromHeaders(toHeaders(event), event.key, event.data);
      expect(back).toMatchObject({ id: event.id, type: event.type, sequence: event.sequence, time: event.time });
      expect(hashEvent(back)).toEqual(hashEvent(event));
    }
  });

  it.each(['ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_specversion'])('are refused without %s', (name) => {
    const event = session()[0] as EventRecord;
    const { [name]: _, ...headers } = toHeaders(event) as Record<string, string>;
    expect(() => fromHeaders(headers, event.key, event.data)).toThrow(/ce_|CloudEvents/);
  });
});
