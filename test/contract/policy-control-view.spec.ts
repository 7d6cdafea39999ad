import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { ControlView, DecisionReplay, type ViewDecision } from '@inland/control-view';
import { controlRecord, Outcome, sessionEvents, type Decision, type EventRecord } from '@inland/events';
import type { EventLog, StoredEvent } from '@inland/event-log';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { parseResources, sha256Hex, systemResources, type DecisionInput, type Resource } from '@inland/residency';

const topic = 'inland.control.v1';
const wasm = readFileSync(new URL('../../libs/residency/bundle/default.wasm', import.meta.url));
const read = (name: string): string =>
  readFileSync(new URL(`../../deploy/examples/${name}.yaml`, import.meta.url), 'utf8');
const rules = [
  ...systemResources(),
  ...['targets', 'residency', 'access'].flatMap((name) => parseResources(read(name), name)),
];

const applied = (resource: Resource): EventRecord =>
  controlRecord(
    'ResourceApplied',
    {
      kind: resource.kind,
      name: resource.metadata.name,
      generation: 1n,
      resourceJson: JSON.stringify(resource),
      actor: 'test',
    },
    { source: '/test', subject: `${resource.kind}/${resource.metadata.name}` },
  );
const activated = (module: Uint8Array): EventRecord =>
  controlRecord(
    'PolicyBundleActivated',
    { digest: sha256Hex(module), wasmGzip: gzipSync(module), actor: 'test' },
    { source: '/test', subject: 'PolicyBundle/active' },
  );
const deleted = (kind: string, name: string): EventRecord =>
  controlRecord('ResourceDeleted', { kind, name, actor: 'test' }, { source: '/test', subject: `${kind}/${name}` });

const ask = (target = 'orders-eu'): DecisionInput => ({
  version: 1,
  principal: { subject: 'alice', groups: ['developers'], identityProvider: 'config', multiFactor: false },
  client: { country: 'DE', network: 'office' },
  gateway: { region: 'aws:eu-central-1' },
  target: { name: target, protocol: 'postgres', login: 'app' },
  record: { log: 'aws:eu-central-1', recordings: 'aws:eu-central-1', projections: 'aws:eu-central-1' },
  operation: { kind: 'connect', text: null },
  time: '2026-11-23T12:00:00.000Z',
});
const codesOf = ({ reasons }: ViewDecision): string[] => reasons.map(({ code }) => code);

let folder: string;
let log: SqliteEventLog;
const views: ControlView[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-view-'));
  log = await SqliteEventLog.open({ folder });
});
afterEach(async () => {
  for (const view of views.splice(0)) await view.close();
  await log.close();
  await rm(folder, { recursive: true, force: true });
});
async function open(options: Partial<Parameters<typeof ControlView.open>[0]> = {}): Promise<ControlView> {
  const view = await ControlView.open({ log, ...options });
  views.push(view);
  return view;
}
async function append(view: ControlView, ...events: EventRecord[]): Promise<void> {
  const { offset } = await log.append(topic, events);
  await view.waitFor(offset);
}

describe('the control view', () => {
  it('opens on an empty log and refuses, since there are no rules', async () => {
    const view = await open();
    expect(view.decide(ask())).toMatchObject({
      outcome: 'denied',
      reasons: [{ code: 'policy_missing' }],
      bundleDigest: '',
    });
  });
  it('has folded all that was there when it opens, and decides on it', async () => {
    const { offset } = await log.append(topic, [...rules.map(applied), activated(wasm)]);
    const view = await open();
    expect(view.nextOffset).toBe(offset + 1);
    expect(view.bundleDigest).toBe(sha256Hex(wasm));
    expect(view.decide(ask())).toMatchObject({ outcome: 'allowed', controlOffset: offset + 1 });
    expect(codesOf(view.decide(ask('orders-us')))).toEqual(['residency_target_outside']);
  });
  it('decides on each change from when it is folded, and tells who listens', async () => {
    await log.append(topic, [...rules.map(applied), activated(wasm)]);
    const view = await open();
    let changes = 0;
    const stop = view.onChange(() => (changes += 1));
    await append(view, deleted('AccessGrant', 'developers-orders'));
    expect(codesOf(view.decide(ask()))).toEqual(['grant_missing']);
    expect(changes).toBe(1);
    stop();
    await append(view, deleted('Target', 'orders-eu'));
    expect(codesOf(view.decide(ask()))).toEqual(['target_unknown']);
    expect(changes).toBe(1);
  });
  it('refuses as stale when the log cannot be asked for too long, and goes on when it can', async () => {
    await log.append(topic, [...rules.map(applied), activated(wasm)]);
    let now = 1_000_000;
    let broken = false;
    const errors: unknown[] = [];
    const flaky: EventLog = Object.create(log, {
      ends: { value: (name: typeof topic) => (broken ? Promise.reject(new Error('gone')) : log.ends(name)) },
      read: { value: (range: Parameters<EventLog['read']>[0]) => log.read(range) },
      subscribe: { value: (options: Parameters<EventLog['subscribe']>[0]) => log.subscribe(options) },
    }) as EventLog;
    const view = await open({
      log: flaky,
      staleAfterMillis: 30_000,
      clock: { now: () => now },
      onError: (error) => errors.push(error),
    });
    broken = true;
    now += 30_000;
    await view.poll();
    expect(view.decide(ask()).outcome).toBe('allowed');
    now += 1;
    await view.poll();
    expect(view.freshness()).toEqual({ fresh: false, ageMillis: 30_001 });
    expect(view.decide(ask())).toMatchObject({ outcome: 'denied', reasons: [{ code: 'policy_stale' }] });
    expect(errors.length).toBeGreaterThan(0);
    broken = false;
    await view.poll();
    expect(view.decide(ask()).outcome).toBe('allowed');
  });
  it('allows nothing on a bundle that cannot be loaded, and goes on with the next', async () => {
    await log.append(topic, [...rules.map(applied), activated(wasm)]);
    const errors: unknown[] = [];
    const view = await open({ onError: (error) => errors.push(error) });
    await append(view, activated(new Uint8Array([1, 2, 3])));
    expect(codesOf(view.decide(ask()))).toEqual(['policy_missing']);
    expect(errors).toMatchObject([{ code: 'corrupt' }]);
    await append(view, activated(wasm));
    expect(view.decide(ask()).outcome).toBe('allowed');
  });
  it('passes over an event that cannot be folded, and says so', async () => {
    const errors: unknown[] = [];
    const view = await open({ onError: (error) => errors.push(error) });
    const [first] = rules;
    await append(view, { ...applied(first as Resource), data: Uint8Array.from([255, 255]) }, activated(wasm));
    expect(errors).toMatchObject([{ code: 'corrupt' }]);
    expect(view.bundleDigest).toBe(sha256Hex(wasm));
  });
  it('does not wait for ever', async () => {
    const view = await open();
    await expect(view.waitFor(99, 10)).rejects.toMatchObject({ code: 'timeout' });
  });
});

it('a day of decisions is made again to the same results, from the log alone', async () => {
  const view = await open();
  const changes = [
    ...rules.map(applied),
    activated(wasm),
    deleted('AccessGrant', 'developers-orders'),
    ...rules.filter(({ kind }) => kind === 'AccessGrant').map(applied),
    applied({
      ...(rules.find(({ metadata }) => metadata.name === 'orders-us') as Resource),
      metadata: { name: 'orders-eu', labels: {} },
    } as Resource),
    deleted('ResidencyPolicy', 'personal-data-stays-in-eea'),
  ];
  const inputs = [
    ask(),
    ask('orders-us'),
    ask('nothing'),
    { ...ask(), operation: { kind: 'postgres.query', text: 'COPY a TO PROGRAM x', effects: ['export' as const] } },
  ];
  const day: ViewDecision[] = [];
  for (let at = 0; at < changes.length; at += 1) {
    await append(view, changes[at] as EventRecord);
    if (at >= rules.length - 2) day.push(...inputs.map((input) => view.decide(input)));
  }
  expect(new Set(day.flatMap(codesOf))).toEqual(
    new Set([
      'policy_missing',
      'allowed',
      'residency_target_outside',
      'target_unknown',
      'residency_forbidden_operation',
      'grant_missing',
      'residency_uncovered',
    ]),
  );

  const events: StoredEvent[] = [];
  for await (const stored of log.read({ topic, partition: 0, from: 0 })) events.push(stored);
  const replay = new DecisionReplay(events);
  let replayed = 0;
  for (const recorded of day.toReversed()) {
    const again = await replay.replay(messageOf(recorded));
    if (recorded.bundleDigest === '') {
      expect(again).toBeUndefined();
      continue;
    }
    const { controlOffset: _, ...result } = recorded;
    expect(again).toEqual(result);
    replayed += 1;
  }
  expect(replayed).toBeGreaterThan(15);
});

function messageOf(decided: ViewDecision): Decision {
  const message = create(sessionEvents.AccessDecided, {
    decision: {
      outcome: decided.outcome === 'allowed' ? Outcome.ALLOWED : Outcome.DENIED,
      reasons: decided.reasons.map((reason) => ({ ...reason })),
      bundleDigest: decided.bundleDigest,
      controlOffset: BigInt(decided.controlOffset),
      dataDigest: decided.dataDigest,
      inputJson: decided.inputJson,
    },
  });
  return message.decision as Decision;
}
