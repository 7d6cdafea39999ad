import { describe, expect, it } from '@jest/globals';
import { Ending, Outcome, Protocol, SessionChain, StreamKind, unchainedSessionRecord } from '@inland/events';
import { newSessionId } from '@inland/kernel';
import type { Frame } from './frame.ts';
import { play } from './play.ts';

const start = Date.parse('2026-11-23T10:00:00.000Z');

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const int16 = (value: number): Buffer => Buffer.of(value >> 8, value & 255);
function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
const rowDescription = (...names: readonly string[]): Buffer =>
  message(
    'T',
    Buffer.concat([int16(names.length), ...names.flatMap((name) => [Buffer.from(`${name}\0`), Buffer.alloc(18)])]),
  );
const dataRow = (...values: readonly (string | null)[]): Buffer =>
  message(
    'D',
    Buffer.concat([
      int16(values.length),
      ...values.flatMap((value) =>
        value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)],
      ),
    ]),
  );
const complete = (tag: string): Buffer => message('C', Buffer.from(`${tag}\0`));

async function frames(events: Parameters<typeof play>[0]): Promise<Frame[]> {
  const all: Frame[] = [];
  for await (const frame of play(events)) all.push(frame);
  return all;
}

const query = Buffer.concat([
  rowDescription('id', 'email'),
  dataRow('1', 'masked'),
  dataRow('2', null),
  complete('SELECT 2'),
  message('E', Buffer.from('SERROR\0VERROR\0C42P01\0Mrelation "x" does not exist\0\0')),
]);

describe('the player', () => {
  it('tells a terminal session as a timeline', async () => {
    const chain = new SessionChain({ session: newSessionId(), source: '/inland/proxy/a' });
    const decision = {
      outcome: Outcome.ALLOWED,
      reasons: [{ code: 'grant', rule: 'AccessGrant/ops', message: 'yes' }],
    };
    const events = [
      chain.next(
        'ConnectionAttempted',
        { protocol: Protocol.SSH, subject: 'ada', login: 'deploy', target: 'b' },
        start,
      ),
      chain.next('AccessDecided', { decision }, start + 1),
      chain.next(
        'CommandSubmitted',
        { command: 1, operation: 'ssh.exec', text: 'uname', columns: 80, rows: 24 },
        start + 5,
      ),
      chain.next('CommandDecided', { command: 1, decision }, start + 6),
      chain.next(
        'OutputRecorded',
        { command: 1, stream: StreamKind.OUTPUT, data: Buffer.from([0xff, 0x41]) },
        start + 9,
      ),
      chain.next('TerminalResized', { columns: 100, rows: 30 }, start + 10),
      chain.next('CommandSubmitted', { command: 2, operation: 'ssh.exec', text: 'rm -rf /' }, start + 11),
      chain.next('CommandDecided', { command: 2, decision: { outcome: Outcome.DENIED, reasons: [] } }, start + 12),
      chain.next('CommandCompleted', { command: 1, exitStatus: 0 }, start + 20),
      chain.close({ ending: Ending.ABORTED, reason: 'proxy_lost' }, start + 30),
    ];
    const shown = await frames(events);
    expect(shown.map(({ kind, atMillis }) => `${atMillis} ${kind}`)).toEqual([
      '0 attempted',
      '1 access',
      '5 command',
      '6 allowed',
      '9 output',
      '10 resize',
      '11 command',
      '12 denied',
      '20 completed',
      '30 closed',
    ]);
    expect(shown[0]).toMatchObject({ subject: 'ada', protocol: 'ssh', session: chain.session });
    expect(shown[4]).toMatchObject({ data: '/0E=' });
    expect(shown[8]).toMatchObject({ exitStatus: 0 });
    expect(shown[9]).toMatchObject({ ending: 'aborted', reason: 'proxy_lost' });
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
  });

  it('shows SQL results wherever the recorded bytes are cut', async () => {
    for (let at = 0; at <= query.length; at += 1) {
      const chain = new SessionChain({ session: newSessionId(), source: '/inland/proxy/a' });
      const record = (data: Buffer) => chain.next('OutputRecorded', { command: 1, stream: StreamKind.POSTGRES, data });
      const shown = await frames([record(query.subarray(0, at)), record(query.subarray(at))]);
      const results = shown.filter((frame) => frame.kind === 'postgres');
      expect(results.flatMap(({ rows }) => rows)).toEqual([
        ['1', 'masked'],
        ['2', null],
      ]);
      expect(results.filter(({ rows }) => rows.length > 0).map(({ columns }) => columns.join())).not.toContain('');
      expect(results.flatMap(({ complete: tag }) => tag ?? [])).toEqual(['SELECT 2']);
      expect(results.flatMap(({ failure }) => failure ?? [])).toEqual([
        { severity: 'ERROR', code: '42P01', message: 'relation "x" does not exist' },
      ]);
    }
  });

  it('leaves out what stands outside the chain', async () => {
    const session = newSessionId();
    const sealed = unchainedSessionRecord(
      'RecordingSealed',
      { digest: 'a' },
      { source: '/inland/recorder/a', session },
    );
    expect(await frames([sealed])).toEqual([]);
  });

  it('does not fail on bytes that are no messages', async () => {
    const chain = new SessionChain({ session: newSessionId(), source: '/inland/proxy/a' });
    for (let at = 0; at < 200; at += 1) {
      const data = Buffer.from(Array.from({ length: 60 }, (_, index) => (index * 37 + at * 101) % 256));
      const shown = await frames([chain.next('OutputRecorded', { command: at, stream: StreamKind.POSTGRES, data })]);
      expect(shown.every(({ kind }) => kind === 'postgres' || kind === 'output')).toBe(true);
    }
  });
});
