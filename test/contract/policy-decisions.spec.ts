import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  parseResources,
  PolicyEngine,
  reasonCodes,
  systemResources,
  type DecisionInput,
  type Resource,
  type World,
} from '@inland/residency';

const wasm = readFileSync(new URL('../../libs/residency/bundle/default.wasm', import.meta.url));
const read = (name: string): string =>
  readFileSync(new URL(`../../deploy/examples/${name}.yaml`, import.meta.url), 'utf8');
const system = systemResources();
const examples = ['targets', 'residency', 'access'].flatMap((name) => parseResources(read(name), `${name}.yaml`));

const worldOf = (resources: readonly Resource[]): World => ({
  resources: new Map(
    resources.map((resource) => [`${resource.kind}/${resource.metadata.name}`, { resource, generation: 1 }]),
  ),
});
const more = (...specs: readonly (readonly [kind: string, name: string, spec: object])[]): Resource[] =>
  parseResources(
    specs
      .map(([kind, name, spec]) => JSON.stringify({ apiVersion: 'inland/v1', kind, metadata: { name }, spec }))
      .join('\n---\n'),
    'more',
  );

const ask = (change: object = {}): DecisionInput => ({
  version: 1,
  principal: { subject: 'alice', groups: ['developers'], identityProvider: 'config', multiFactor: false },
  client: { country: 'DE', network: 'office' },
  gateway: { region: 'aws:eu-central-1' },
  target: { name: 'orders-eu', protocol: 'postgres', login: 'app' },
  record: { log: 'aws:eu-central-1', recordings: 'aws:eu-central-1', projections: 'aws:eu-central-1' },
  operation: { kind: 'connect', text: null },
  time: '2026-11-23T12:00:00.000Z',
  ...change,
});
const target = (change: object): object => ({ target: { ...ask().target, ...change } });
const query = (text: string, ...effects: readonly string[]): object => ({
  operation: { kind: 'postgres.query', text, effects },
});

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await PolicyEngine.load(wasm);
});
const decide = (input: DecisionInput, extra: readonly Resource[] = []) => {
  engine.setWorld(worldOf([...system, ...examples, ...extra]));
  return engine.decide(input);
};
const codes = (input: DecisionInput, extra: readonly Resource[] = []): string[] =>
  decide(input, extra).reasons.map(({ code }) => code);

describe('a decision', () => {
  it('allows what every rule and one grant allow, with the obligations of all', () => {
    expect(decide(ask())).toMatchObject({
      outcome: 'allowed',
      reasons: [{ code: 'allowed', rule: 'AccessGrant/developers-orders' }],
      obligations: {
        mask: ['card', 'email', 'iban'],
        recordStrict: false,
        maxSessionSeconds: 28_800,
        maxIdleSeconds: 0,
      },
    });
  });
  it.each([
    ['target_unknown', target({ name: 'orders' })],
    ['target_protocol', target({ protocol: 'ssh' })],
    ['region_unknown', { gateway: { region: 'dc:attic' } }],
    ['region_unknown', { record: { ...ask().record, projections: 'dc:attic' } }],
    ['residency_target_outside', target({ name: 'orders-us' })],
    ['residency_gateway_outside', { gateway: { region: 'aws:us-east-1' } }],
    ['residency_record_outside', { record: { ...ask().record, recordings: 'aws:us-east-1' } }],
    ['residency_client_unknown', { client: { country: null, network: null } }],
    ['residency_client_outside', { client: { country: 'US', network: null } }],
    ['residency_forbidden_operation', query("COPY customers TO PROGRAM 'nc host 1'", 'export')],
    ['residency_unproven_operation', { operation: { kind: 'postgres.query', text: 'selec', effects: null } }],
    ['grant_missing', { principal: { ...ask().principal, groups: [] } }],
    ['grant_login', target({ login: 'root' })],
    ['grant_operation', { operation: { kind: 'http.get', text: null } }],
  ])('refuses with %s', (code, change) => {
    const decision = decide(ask(change));
    expect(decision.outcome).toBe('denied');
    expect(decision.reasons.map((reason) => reason.code)).toEqual([code]);
  });
  it('says in one sentence which places were compared', () => {
    const [reason] = decide(ask(target({ name: 'orders-us' }))).reasons;
    expect(reason).toMatchObject({ rule: 'ResidencyPolicy/personal-data-stays-in-eea' });
    expect(reason?.message).toMatch(/orders-us .*aws:us-east-1 \(Virginia, US\).*personal and payment data within EEA/);
  });
  it('asks residency before any grant', () => {
    expect(codes(ask({ ...target({ name: 'orders-us' }), principal: { ...ask().principal, groups: [] } }))).toEqual([
      'residency_target_outside',
    ]);
  });
  it('refuses a target whose region is not known, and one that no rule covers', () => {
    const spec = { protocol: 'postgres', address: 'h:1', logins: [{ name: 'app', secret: 'a' }] };
    const lost = more(['Target', 'lost', { ...spec, region: 'dc:attic', dataClasses: ['personal'] }]);
    expect(decide(ask(target({ name: 'lost' })), lost).reasons).toMatchObject([
      { code: 'region_unknown', message: expect.stringContaining('dc:attic') },
    ]);
    const bare = more(['Target', 'bare', { ...spec, region: 'aws:eu-central-1', dataClasses: ['none'] }]);
    expect(codes(ask(target({ name: 'bare' })), bare)).toEqual(['residency_uncovered']);
  });
  it('is refused by any rule that covers, and obligations add up', () => {
    const strict = more([
      'ResidencyPolicy',
      'z',
      {
        covers: { groups: ['developers'] },
        obligations: { record: 'strict', maxSessionSeconds: 60, maxIdleSeconds: 30 },
      },
    ]);
    expect(decide(ask(), strict)).toMatchObject({
      outcome: 'allowed',
      obligations: { mask: ['card', 'email', 'iban'], recordStrict: true, maxSessionSeconds: 60, maxIdleSeconds: 30 },
    });
    const france = more(['ResidencyPolicy', 'a', { covers: {}, require: { target: { within: ['FR'] } } }]);
    expect(decide(ask(), france)).toMatchObject({ outcome: 'denied', reasons: [{ rule: 'ResidencyPolicy/a' }] });
    const others = more([
      'ResidencyPolicy',
      'a',
      { covers: { groups: ['x'] }, require: { target: { within: ['FR'] } } },
    ]);
    expect(decide(ask(), others).outcome).toBe('allowed');
  });
  it('lets no pattern that cannot be read pass anything', () => {
    const [broken] = more([
      'ResidencyPolicy',
      'a',
      { covers: {}, forbid: [{ operations: ['*'], matching: '(', because: 'x' }] },
    ]);
    expect(engine.unreadablePatterns(['(', 'a', '(?=b)']).sort()).toEqual(['(', '(?=b)']);
    expect(codes(ask(query('SELECT 1')), [broken as Resource])).toEqual(['residency_forbidden_operation']);
  });
  it('pins the bundle, the rules and the input', () => {
    const decision = decide(ask());
    expect(decision.bundleDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(decision.inputJson)).toEqual(ask());
    expect(decide(ask(), more(['Region', 'dc:new', { country: 'DE' }])).dataDigest).not.toBe(decision.dataDigest);
  });
});

describe('for any input at all', () => {
  const word = fc.constantFrom(
    '',
    'alice',
    'developers',
    'orders-eu',
    'orders-us',
    'app',
    'aws:eu-central-1',
    'aws:us-east-1',
    'DE',
    '\0',
    '"',
    '__proto__',
  );
  const anything = fc.oneof(word, fc.string({ unit: 'binary' }), fc.jsonValue());
  const input = fc.record({
    version: fc.constant(1),
    principal: fc.oneof(fc.record({ subject: anything, groups: fc.oneof(fc.array(word), anything) }), anything),
    client: fc.oneof(fc.record({ country: fc.oneof(word, fc.constant(null)) }), anything),
    gateway: fc.oneof(fc.record({ region: word }), anything),
    target: fc.oneof(fc.record({ name: word, protocol: fc.constantFrom('ssh', 'postgres'), login: word }), anything),
    record: fc.oneof(fc.record({ log: word, recordings: word, projections: word }), anything),
    operation: fc.oneof(
      fc.record({
        kind: fc.constantFrom('connect', 'postgres.query', ''),
        text: fc.oneof(fc.string(), fc.constant(null)),
      }),
      anything,
    ),
    time: anything,
  });

  it('there is an outcome with a known reason, and never both', () => {
    engine.setWorld(worldOf([...system, ...examples]));
    fc.assert(
      fc.property(input, (value) => {
        const { outcome, reasons } = engine.decide(value as unknown as DecisionInput);
        expect(reasons.length).toBeGreaterThan(0);
        for (const { code, message } of reasons) {
          expect(reasonCodes).toContain(code);
          expect(message.length).toBeGreaterThan(0);
          expect(code === 'allowed').toBe(outcome === 'allowed');
        }
      }),
      { numRuns: 300 },
    );
  });
  it('nothing is allowed whose place is missing', () => {
    engine.setWorld(worldOf([...system, ...examples]));
    for (const part of ['principal', 'client', 'gateway', 'target', 'record', 'operation'] as const) {
      const { [part]: _, ...rest } = ask();
      expect([part, engine.decide(rest as DecisionInput).outcome]).toEqual([part, 'denied']);
      expect([part, engine.decide({ ...rest, [part]: {} } as unknown as DecisionInput).outcome]).toEqual([
        part,
        'denied',
      ]);
    }
  });
  it('the order in which resources came changes nothing', () => {
    const all = [...system, ...examples];
    engine.setWorld(worldOf(all));
    const inputs = [ask(), ask(target({ name: 'orders-us' })), ask(query('COPY a TO PROGRAM x', 'export'))];
    const expected = inputs.map((one) => engine.decide(one));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        engine.setWorld(worldOf(shuffled));
        expect(inputs.map((one) => engine.decide(one))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe('an access that decides again and again', () => {
  const effects = fc.subarray(['read', 'write', 'schema', 'administration', 'export'] as const);
  const operations = fc.record(
    {
      kind: fc.constantFrom('connect', 'postgres.query', 'postgres.replication', 'ssh.exec', 'ssh.forward-local'),
      text: fc.constantFrom(null, '', 'select 1', 'COPY a TO PROGRAM x', 'x'.repeat(5_000)),
      effects: fc.oneof(fc.constant(null), effects),
      relations: fc.constantFrom([], ['a'], ['a', 'b']),
      destination: fc.record({
        host: fc.constantFrom('a', 'b'),
        port: fc.constant(1),
        region: fc.constantFrom(null, 'aws:eu-west-1', 'aws:us-east-1'),
      }),
    },
    { requiredKeys: ['kind', 'text'] },
  );
  const forbidding = (entry: object): Resource[] => [
    ...system,
    ...examples.filter(({ kind }) => kind !== 'ResidencyPolicy'),
    ...more(['ResidencyPolicy', 'p', { covers: {}, forbid: [{ because: 'x', ...entry }] }]),
  ];

  it.each([
    ['by text', [...system, ...examples]],
    ['by effect', forbidding({ operations: ['postgres.export', 'ssh.forward-local'] })],
    ['by effect, but for some texts', forbidding({ operations: ['postgres.export'], unless: 'PROGRAM' })],
  ])('is told what another is told, where it is forbidden %s', (_, resources) => {
    engine.setWorld(worldOf(resources));
    const access = ask();
    fc.assert(
      fc.property(fc.array(operations, { minLength: 2 }), (asked) => {
        for (const operation of asked) {
          const input = { ...access, operation, time: new Date().toISOString() } as DecisionInput;
          expect(engine.decide(input)).toEqual(engine.decide(structuredClone(input)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is told what holds now, when the rules change', () => {
    const access = ask(query('select 1'));
    engine.setWorld(worldOf([...system, ...examples]));
    expect([1, 2, 3].map(() => engine.decide(access).outcome)).toEqual(['allowed', 'allowed', 'allowed']);
    engine.setWorld(worldOf(forbidding({ operations: ['postgres.query'] })));
    expect([1, 2, 3].map(() => engine.decide(access).outcome)).toEqual(['denied', 'denied', 'denied']);
  });
});

describe('a module', () => {
  it('that is no policy is refused', async () => {
    await expect(PolicyEngine.load(new Uint8Array([0, 97, 115, 109]))).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});
