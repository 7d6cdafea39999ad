import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { auditProjection, rebuildAudit } from '@inland/audit';
import type { Coordination } from '@inland/coordination';
import { chainHeadOf, Ending, Outcome, SessionChain, StreamKind, verifyChain, type EventRecord } from '@inland/events';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { newSessionId } from '@inland/kernel';
import {
  PostgresProjectionStore,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@inland/projection-store-postgres';
import { play, readRecording, type Frame } from '@inland/recording';
import { FolderRecordingStore } from '@inland/recording-store-folder';
import {
  foldRecorder,
  LostReplicas,
  LostSessionCloser,
  RecordedSessions,
  Recorder,
  recorderProjection,
  SessionSealer,
} from '@inland/recorder';

const topic = 'inland.session.v1';
let folder: string;
let postgres: EmbeddedPostgres;
let store: PostgresProjectionStore;
let log: SqliteEventLog;
let recordings: FolderRecordingStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-audit-'));
  postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres') });
  store = new PostgresProjectionStore({ connection: postgres.connection });
  log = await SqliteEventLog.open({ folder: join(folder, 'log') });
  recordings = await FolderRecordingStore.open({ folder: join(folder, 'recordings'), region: 'aws:eu-central-1' });
  await store.prepare(recorderProjection);
});
afterAll(async () => {
  await log?.close();
  await store?.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function eventsOf(session: string): Promise<EventRecord[]> {
  return (await collect(log.read({ topic, partition: 0, from: 0, key: session }))).map(({ event }) => event);
}

/** Brings the recorder's projection to the end of the log. */
async function catchUp(): Promise<void> {
  const expected = await store.checkpoint(recorderProjection, topic, 0);
  const batch = await collect(log.read({ topic, partition: 0, from: expected }));
  const next = (batch.at(-1)?.offset ?? expected - 1) + 1;
  await store.apply(recorderProjection, { topic, partition: 0, expected, next }, async (tx) => {
    for (const stored of batch) await foldRecorder(tx, stored);
  });
}

function recorder(replica: string): { readonly recorder: Recorder; readonly failures: unknown[] } {
  const failures: unknown[] = [];
  const coordination = {
    leaseHolder: (key: string) => Promise.resolve(key === 'replica:alive' ? 'alive' : undefined),
  } as unknown as Coordination;
  const parts = {
    sessions: new RecordedSessions(store),
    sealer: new SessionSealer(log, recordings),
    closer: new LostSessionCloser(log, replica),
    lost: new LostReplicas({ coordination, clock: { now: () => 0 }, graceMillis: 15_000, startGraceMillis: 0 }),
    observer: {
      sealed: () => undefined,
      closedLost: () => undefined,
      failed: (_: string, fault: unknown) => failures.push(fault),
    },
  };
  return { recorder: new Recorder(parts), failures };
}

function begin(replica: string): { readonly chain: SessionChain; readonly events: EventRecord[] } {
  const chain = new SessionChain({ session: newSessionId(), source: `/inland/proxy/${replica}` });
  const decision = {
    outcome: Outcome.ALLOWED,
    reasons: [{ code: 'granted', rule: 'AccessGrant/ops', message: 'yes' }],
  };
  const events = [
    chain.next('ConnectionAttempted', {
      subject: 'ada',
      groups: ['ops'],
      target: 'build-eu',
      login: 'deploy',
      replica,
    }),
    chain.next('AccessDecided', { decision }),
    chain.next('CommandSubmitted', { command: 1, operation: 'ssh.exec', text: 'printf "\0"' }),
    chain.next('CommandDecided', { command: 1, decision }),
    chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: Buffer.from('hi'), maskedValues: 2 }),
  ];
  return { chain, events };
}

it('seals what is closed, closes what was lost, and folds both to the same rows again', async () => {
  const whole = begin('alive');
  whole.events.push(whole.chain.close({ ending: Ending.COMPLETED, reason: 'client_left', maskedValues: 2n }));
  const lost = begin('gone');
  const running = begin('alive');
  for (const { events } of [whole, lost, running]) await log.append(topic, events);
  await catchUp();

  // Two recorders at once, both of which see the same sessions: each fact is in the log once.
  const both = [recorder('a'), recorder('b')];
  await Promise.all(both.map(({ recorder: one }) => one.closeLost()));
  await catchUp();
  await Promise.all(both.map(({ recorder: one }) => one.sealClosed()));
  await catchUp();
  expect(both.flatMap(({ failures }) => failures)).toEqual([]);

  const closed = await eventsOf(lost.chain.session);
  expect(verifyChain(closed, chainHeadOf)).toMatchObject({ events: 6, closed: true, breaks: [] });
  expect(verifyChain(await eventsOf(running.chain.session), chainHeadOf)).toMatchObject({ closed: false, breaks: [] });
  for (const { chain } of [whole, lost]) {
    const events = await eventsOf(chain.session);
    const sealed = events.filter(({ type }) => type.endsWith('.RecordingSealed'));
    expect(sealed).toHaveLength(1);
    const [row] = await store.read<{ digest: string }>(
      recorderProjection,
      'SELECT digest FROM session WHERE session = $1',
      [chain.session],
    );
    const fromRecording: Frame[] = await collect(play(readRecording(recordings.get(row?.digest ?? ''))));
    expect(fromRecording).toEqual(await collect(play(events)));
  }

  const rows = async () => ({
    sessions: await store.read(auditProjection, 'SELECT * FROM session ORDER BY id'),
    commands: await store.read(auditProjection, 'SELECT * FROM command ORDER BY session, number'),
    decisions: await store.read(auditProjection, 'SELECT * FROM decision ORDER BY session, command'),
  });
  await rebuildAudit(log, store);
  const first = await rows();
  expect(first.sessions).toHaveLength(3);
  expect(first.commands).toHaveLength(3);
  expect(first.commands[0]).toMatchObject({ text: 'printf "\uFFFD"', outcome: 'allowed' });
  expect(first.decisions).toHaveLength(6);
  expect(first.sessions.find(({ id }) => id === lost.chain.session)).toMatchObject({
    subject: 'ada',
    outcome: 'allowed',
    ending: 'aborted',
    end_reason: 'proxy_lost',
    masked_values: '2',
    commands: 1,
  });
  await rebuildAudit(log, store);
  expect(await rows()).toEqual(first);
});
