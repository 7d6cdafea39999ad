import { describe, expect, it } from '@jest/globals';
import { chainHeadOf, decodeSessionEvent, StreamKind, verifyChain, type EventRecord } from '@inland/events';
import type { EventLog } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { ClientPlaces, type DecisionInput } from '@inland/residency';
import type { Decided } from './decider.ts';
import { EnforcementGateway } from './enforcement-gateway.ts';
import type { Standing } from './gateway-options.ts';
import type { AttemptRequest, GatewaySession, Identity } from './gateway.ts';

const alice: Identity = {
  kind: 'proven',
  subject: 'alice',
  groups: ['developers'],
  identityProvider: 'config',
  method: 'ssh-key',
  credentialId: 'SHA256:abc',
};
const request = (change: Partial<AttemptRequest> = {}): AttemptRequest => ({
  protocol: 'ssh',
  requestedName: 'deploy@build-eu',
  client: { address: '127.0.0.1', port: 4000, software: 'SSH-2.0-OpenSSH_9.2' },
  identity: alice,
  ...change,
});

/** A gateway over a list of events; `refuseText` denies commands that hold it; `failing` makes the log refuse. */
function given(
  options: {
    readonly refuseText?: string;
    readonly obligations?: Partial<Decided['obligations']>;
    readonly standingOf?: () => Standing;
  } = {},
) {
  const events: EventRecord[] = [];
  const state = { failing: false, deciding: [] as DecisionInput[], now: {} as Partial<Decided> };
  const log = {
    append: async (_topic: string, added: readonly EventRecord[]) => {
      if (state.failing) throw new Fault('log_unavailable', 'the disk is full');
      events.push(...added);
      return { partition: 0, offset: events.length - 1 };
    },
  } as unknown as EventLog;
  const decide = (input: DecisionInput): Decided => {
    state.deciding.push(input);
    const denied = options.refuseText !== undefined && (input.operation.text ?? '').includes(options.refuseText);
    return {
      outcome: denied ? 'denied' : 'allowed',
      reasons: [
        { code: denied ? 'residency_forbidden_operation' : 'allowed', rule: 'ResidencyPolicy/x', message: 'because.' },
      ],
      obligations: { mask: [], recordStrict: false, maxSessionSeconds: 0, maxIdleSeconds: 0, ...options.obligations },
      bundleDigest: 'b',
      dataDigest: 'd',
      inputJson: JSON.stringify(input),
      controlOffset: 7,
      ...state.now,
    };
  };
  const gateway = new EnforcementGateway({
    log,
    decider: { decide },
    replica: 'r1',
    region: 'aws:eu-central-1',
    record: { log: 'aws:eu-central-1', recordings: 'aws:eu-central-1', projections: 'aws:eu-central-1' },
    places: new ClientPlaces([{ name: 'loopback', cidrs: ['127.0.0.0/8'], country: 'DE' }]),
    regionOf: () => 'aws:eu-central-1',
    destinationRegion: (_target, host) => (host === 'db.eu' ? 'aws:eu-west-1' : null),
    resolveTarget: async (name, login) =>
      name === 'no-secret'
        ? undefined
        : {
            name,
            region: 'aws:eu-central-1',
            host: 'h',
            port: 22,
            login: { name: login },
            hostKeys: [],
            tls: { mode: 'verify-full' },
          },
    maskText: () => (text) => ({
      text: text.replaceAll('secret@example.com', 's*****@*******.com'),
      masked: text.includes('secret@') ? 1 : 0,
    }),
    ...(options.standingOf === undefined ? {} : { standingOf: options.standingOf }),
    observer: { attempt: () => undefined, command: () => undefined, live: () => undefined },
  });
  const names = () => events.map((event) => decodeSessionEvent(event).name);
  const open = async (): Promise<GatewaySession> => {
    const result = await gateway.attempt(request());
    if (result.kind !== 'allowed') throw new Error(result.denial.code);
    return result.session;
  };
  return { gateway, events, state, names, open };
}

describe('EnforcementGateway', () => {
  it('ends what the rules do not allow any more, with the reason, and lets the rest be', async () => {
    const { gateway, events, state, names, open } = given();
    const session = await open();
    await gateway.rulesChanged();
    expect(session.ended.aborted).toBe(false);
    const reasons = [{ code: 'residency_client_outside', rule: 'ResidencyPolicy/x', message: 'you are elsewhere.' }];
    state.now = { outcome: 'denied', reasons };
    await gateway.rulesChanged();
    expect(session.ended.reason).toEqual({
      code: 'residency_client_outside',
      rule: 'ResidencyPolicy/x',
      message: 'this was allowed, and is not any more: you are elsewhere.',
      requestId: session.id,
    });
    await session.close('completed', 'whatever');
    expect(names().slice(-2)).toEqual(['AccessRevoked', 'SessionClosed']);
    expect(decodeSessionEvent(events.at(-1) as EventRecord).data).toMatchObject({ reason: 'residency_client_outside' });
    expect(verifyChain(events, chainHeadOf)).toMatchObject({ closed: true, breaks: [] });
    await gateway.rulesChanged(); // nothing is left to look at
  });

  it.each([
    ['more is masked', { mask: ['card'] }, true],
    ['less is masked', { mask: [] }, false],
    ['the record is strict', { recordStrict: true }, true],
    ['a session is shorter', { maxSessionSeconds: 30 }, true],
    ['a session is longer', { maxSessionSeconds: 90 }, false],
    ['idleness is limited', { maxIdleSeconds: 30 }, true],
  ])('asks for a new session when %s', async (_, change, ends) => {
    const kept = { mask: ['email'], recordStrict: false, maxSessionSeconds: 60, maxIdleSeconds: 0 };
    const { gateway, state, open } = given({ obligations: kept });
    const session = await open();
    state.now = { obligations: { ...kept, ...change } };
    await gateway.rulesChanged();
    expect(session.ended.aborted).toBe(ends);
    if (ends) expect(session.ended.reason).toMatchObject({ code: 'rules_changed', requestId: session.id });
    await session.close('completed', 'client_closed');
  });

  it('asks as who the person is now, in whichever groups, and ends what a credential that is gone let in', async () => {
    let standing: Standing = { kind: 'good', groups: ['developers'] };
    const { gateway, state, open } = given({ standingOf: () => standing });
    const session = await open();
    standing = { kind: 'good', groups: ['auditors'] };
    await gateway.rulesChanged();
    expect(state.deciding.at(-1)?.principal.groups).toEqual(['auditors']);
    await session.submit({ operation: 'ssh.exec', text: 'ls' });
    expect(state.deciding.at(-1)?.principal.groups).toEqual(['auditors']);
    standing = { kind: 'gone' };
    await gateway.rulesChanged();
    expect(session.ended.reason).toMatchObject({ code: 'credential_gone' });
    await session.close('completed', 'client_closed');
  });

  it('looks again, as time passes, at what time may end, and at nothing else', async () => {
    const { gateway, state, open } = given();
    const lasting = await open();
    state.now = { timely: true };
    const timely = await open();
    const reasons = [{ code: 'grant_time', rule: 'AccessGrant/x', message: 'it is late.' }];
    state.now = { outcome: 'denied', reasons };
    gateway.timePassed();
    expect([lasting.ended.aborted, timely.ended.aborted]).toEqual([false, true]);
    expect(timely.ended.reason).toMatchObject({ code: 'grant_time', message: expect.stringContaining('it is late.') });
    await Promise.all([lasting, timely].map((session) => session.close('completed', 'client_closed')));
  });

  it('looks again at what was decided before a change and opened after it', async () => {
    const { gateway, state } = given();
    const attempt = gateway.attempt(request());
    state.now = { outcome: 'denied', reasons: [{ code: 'grant_missing', rule: '', message: 'no.' }] };
    await gateway.rulesChanged();
    const result = await attempt;
    expect(result.kind === 'allowed' && result.session.ended.reason).toMatchObject({ code: 'grant_missing' });
  });

  it('records attempt and decision before it says yes', async () => {
    const { gateway, names, state } = given();
    const result = await gateway.attempt(request());
    expect(result.kind).toBe('allowed');
    expect(names()).toEqual(['ConnectionAttempted', 'AccessDecided']);
    expect(state.deciding[0]).toMatchObject({
      client: { country: 'DE', network: 'loopback' },
      operation: { kind: 'connect' },
    });
  });

  it('judges what a statement does, and records it with its parameters masked', async () => {
    const { events, state, open } = given({ obligations: { mask: ['email'] } });
    const session = await open();
    const known = { fingerprint: 'f', kinds: ['SELECT'], effects: ['read'], relations: ['t'], columns: ['c'] } as const;
    await session.submit({
      operation: 'postgres.execute',
      text: 'select c from t where m = $1',
      statements: known,
      parameters: ['secret@example.com', '7'],
    });
    await session.submit({ operation: 'postgres.query', text: 'selec', statements: null });
    expect(state.deciding.slice(1).map(({ operation }) => operation)).toEqual([
      { kind: 'postgres.execute', text: 'select c from t where m = $1', effects: ['read'], relations: ['t'] },
      { kind: 'postgres.query', text: 'selec', effects: null, relations: [] },
    ]);
    const submitted = events.map(decodeSessionEvent).filter(({ name }) => name === 'CommandSubmitted');
    expect(submitted.map(({ data }) => data)).toMatchObject([
      { statements: known, parameters: ['s*****@*******.com', '7'] },
      { parameters: [] },
    ]);
    expect(submitted[1]?.data).not.toHaveProperty('statements');
  });

  it('finds out where a forwarding leads', async () => {
    const { events, state, open } = given();
    const session = await open();
    for (const host of ['db.eu', 'elsewhere'])
      await session.submit({
        operation: 'ssh.forward-local',
        text: `${host}:5432`,
        destination: { host, port: 5432 },
      });
    expect(state.deciding.slice(1).map(({ operation }) => operation.destination?.region)).toEqual([
      'aws:eu-west-1',
      null,
    ]);
    const submitted = events.map(decodeSessionEvent).filter(({ name }) => name === 'CommandSubmitted');
    expect(submitted.map(({ data }) => data)).toMatchObject([
      { destination: 'db.eu:5432', destinationRegion: 'aws:eu-west-1' },
      { destination: 'elsewhere:5432', destinationRegion: '' },
    ]);
  });

  it('closes the record of a refused attempt, with an unbroken chain', async () => {
    const { gateway, events, names } = given();
    const result = await gateway.attempt(
      request({
        identity: { kind: 'unproven', method: 'ssh-key', credentialId: 'SHA256:zzz', reason: 'credential_unknown' },
      }),
    );
    expect(result).toMatchObject({ kind: 'refused', denial: { code: 'credential_unknown' } });
    expect(names()).toEqual(['ConnectionAttempted', 'AccessDecided', 'SessionClosed']);
    expect(verifyChain(events, chainHeadOf)).toMatchObject({ closed: true, breaks: [] });
  });

  it.each([
    ['target_name_malformed', { requestedName: 'deploy' }],
    ['credential_other_target', { identity: { ...alice, boundTarget: 'orders-us' } }],
  ])('refuses with %s without asking policy', async (code, change) => {
    const { gateway, state } = given();
    expect(await gateway.attempt(request(change as Partial<AttemptRequest>))).toMatchObject({ denial: { code } });
    expect(state.deciding).toEqual([]);
  });

  it('refuses when the login has no secret, and says whose task that is', async () => {
    const { gateway, names } = given();
    const result = await gateway.attempt(request({ requestedName: 'deploy@no-secret' }));
    expect(result).toMatchObject({ kind: 'refused', denial: { code: 'target_secret_missing' } });
    expect(names().at(-1)).toBe('SessionClosed');
  });

  it('refuses what it cannot record', async () => {
    const { gateway, state } = given();
    state.failing = true;
    expect(await gateway.attempt(request())).toMatchObject({ denial: { code: 'record_unavailable' } });
  });

  it('makes a command durable before it allows it, and keeps its output in order', async () => {
    const { open, events, names } = given();
    const session = await open();
    const verdict = await session.submit({ operation: 'ssh.exec', text: 'uname' });
    expect(names().slice(2)).toEqual(['CommandSubmitted', 'CommandDecided']);
    if (verdict.kind !== 'allowed') throw new Error('refused');
    await verdict.command.record(StreamKind.OUTPUT, Buffer.from('Linux\n'));
    verdict.command.summarise(StreamKind.INPUT, Buffer.from('abc'));
    await verdict.command.completed({ exitStatus: 0 });
    await session.close('completed', 'client_left');
    expect(names().slice(4)).toEqual(['OutputRecorded', 'StreamSummarised', 'CommandCompleted', 'SessionClosed']);
    expect(verifyChain(events, chainHeadOf)).toMatchObject({ closed: true, breaks: [], events: 8 });
  });

  it('refuses a command and lets the session live', async () => {
    const { open } = given({ refuseText: 'curl' });
    const session = await open();
    expect(await session.submit({ operation: 'ssh.exec', text: 'curl x' })).toMatchObject({
      kind: 'refused',
      denial: { code: 'residency_forbidden_operation', rule: 'ResidencyPolicy/x', requestId: session.id },
    });
    expect(await session.submit({ operation: 'ssh.exec', text: 'ls' })).toMatchObject({ kind: 'allowed' });
  });

  it('judges a command as sent and records it masked; says so when the verdict hung on what was masked', async () => {
    const { open, events, state } = given({ refuseText: 'secret@', obligations: { mask: ['email'] } });
    const session = await open();
    expect(await session.submit({ operation: 'postgres.query', text: "select 'secret@example.com'" })).toMatchObject({
      kind: 'refused',
    });
    expect(state.deciding[1]?.operation.text).toContain('secret@example.com');
    expect(Buffer.concat(events.map((event) => event.data)).toString('latin1')).not.toContain('secret@example.com');
    const decided = decodeSessionEvent(events[3] as EventRecord);
    expect(decided).toMatchObject({ name: 'CommandDecided', data: { decision: { inputWithheld: true } } });
  });

  it('ends the session when the record cannot be kept, and takes no further command', async () => {
    const { open, state } = given();
    const session = await open();
    state.failing = true;
    expect(await session.submit({ operation: 'ssh.exec', text: 'ls' })).toMatchObject({
      denial: { code: 'record_unavailable' },
    });
    expect(session.ended.aborted).toBe(true);
    expect(await session.submit({ operation: 'ssh.exec', text: 'ls' })).toMatchObject({
      denial: { code: 'record_unavailable' },
    });
  });

  it('closes the interrupted record by itself when the log takes events again', async () => {
    const { open, state, events } = given();
    const session = await open();
    state.failing = true;
    await session.submit({ operation: 'ssh.exec', text: 'ls' });
    const closed = session.close('completed', 'client_left');
    state.failing = false;
    await closed;
    expect(verifyChain(events, chainHeadOf)).toMatchObject({ closed: true, breaks: [] });
    expect(decodeSessionEvent(events.at(-1) as EventRecord)).toMatchObject({ data: { reason: 'record_unavailable' } });
  });

  it('ends what lives and refuses what is new when the replica is isolated, until it is back', async () => {
    const { gateway, open } = given();
    const session = await open();
    gateway.stop('replica_isolated');
    expect(session.ended.reason).toMatchObject({ code: 'replica_isolated' });
    expect(await gateway.attempt(request())).toMatchObject({ denial: { code: 'replica_isolated' } });
    gateway.resume();
    expect(await gateway.attempt(request())).toMatchObject({ kind: 'allowed' });
  });

  it.each([
    ['command_too_long', { operation: 'postgres.query', text: 'x'.repeat(300_000) }],
    ['line_unknown', { operation: 'ssh.line', text: 'half of', observed: true, unknown: true }],
  ])('refuses what cannot be judged with %s, and the record has it', async (code, command) => {
    const { open, names, state } = given();
    const session = await open();
    const asked = state.deciding.length;
    expect(await session.submit(command)).toMatchObject({ kind: 'refused', denial: { code } });
    expect(names().slice(2)).toEqual(['CommandSubmitted', 'CommandDecided']);
    expect(state.deciding).toHaveLength(asked);
  });
});
