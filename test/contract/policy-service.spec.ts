import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandPlaces } from '@inland/command-places';
import { ControlView } from '@inland/control-view';
import { controlRecord } from '@inland/events';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { systemClock } from '@inland/kernel';
import {
  bundleFrom,
  defaultBundle,
  ExplainAccess,
  preparePolicy,
  RuleChanges,
  type ExplainRequest,
} from '@inland/policy';
import { ClientPlaces, parseResources, PolicyEngine, resourceNamed, type Resource } from '@inland/residency';
import { loadShellReader, loadSqlParser } from '@inland/statements';

const topic = 'inland.control.v1';
const source = '/test';
const read = (name: string): Resource[] =>
  parseResources(readFileSync(new URL(`../../deploy/examples/${name}.yaml`, import.meta.url), 'utf8'), name);
const examples = ['targets', 'residency', 'access'].flatMap(read);

let folder: string;
let log: SqliteEventLog;
let view: ControlView;
let changes: RuleChanges;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-policy-'));
  log = await SqliteEventLog.open({ folder: join(folder, 'log') });
  view = await ControlView.open({ log });
  changes = new RuleChanges({
    log,
    view,
    source,
    patterns: await PolicyEngine.load(defaultBundle().wasm),
    approvers: 0,
  });
});
afterEach(async () => {
  await view.close();
  await log.close();
  await rm(folder, { recursive: true, force: true });
});
/** How many events the control log holds. */
async function events(): Promise<number> {
  let count = 0;
  for await (const _ of log.read({ topic, partition: 0, from: 0 })) count += 1;
  return count;
}
const prepare = (): Promise<number> =>
  preparePolicy({ log, view, source, bundle: defaultBundle(), systemResources: true });
const apply = (resources: readonly unknown[], dryRun = false): ReturnType<RuleChanges['change']> =>
  changes.change({ apply: resources }, { actor: 'olga', reason: 'a test', dryRun });
const remove = (name: string): ReturnType<RuleChanges['change']> =>
  changes.change({ apply: [], delete: [{ kind: 'Target', name }] }, { actor: 'olga', reason: '', dryRun: false });

describe('at its start the policy service', () => {
  it('activates the default bundle and adds what it knows of the world, once', async () => {
    expect(await prepare()).toBeGreaterThan(30);
    expect(view.bundleDigest).toBe(defaultBundle().digest);
    expect(resourceNamed(view.world, 'Region', 'aws:eu-central-1')?.spec.country).toBe('DE');
    expect(await prepare()).toBe(0);
  });
  it('leaves what an operator changed', async () => {
    await apply([
      { apiVersion: 'inland/v1', kind: 'Jurisdiction', metadata: { name: 'EEA' }, spec: { countries: ['DE'] } },
    ]);
    await prepare();
    expect(resourceNamed(view.world, 'Jurisdiction', 'EEA')?.spec.countries).toEqual(['DE']);
  });
  it('does not start on a bundle that is none', async () => {
    const file = join(folder, 'own.tar.gz');
    const bundle = { file, mode: 'extend', keys: [] } as const;
    await expect(bundleFrom(bundle)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(file),
    });
    await writeFile(file, 'x');
    await expect(bundleFrom(bundle)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('resources', () => {
  it('are applied, each an event with who made it; again, they take none', async () => {
    const { changes: made } = await apply(examples);
    expect(made.map(({ change }) => change)).toEqual(examples.map(() => 'created'));
    expect(resourceNamed(view.world, 'Target', 'orders-eu')?.spec.region).toBe('aws:eu-central-1');
    const after = await events();
    expect((await apply(examples)).changes.every(({ change }) => change === 'unchanged')).toBe(true);
    expect(await events()).toBe(after);
  });
  it('count their changes', async () => {
    const region = (country: string): object => ({
      apiVersion: 'inland/v1',
      kind: 'Region',
      metadata: { name: 'dc:a' },
      spec: { country },
    });
    await apply([region('DE')]);
    expect((await apply([region('FR')])).changes).toMatchObject([{ change: 'changed', generation: 2 }]);
    expect(view.world.resources.get('Region/dc:a')?.generation).toBe(2);
  });
  it('are only looked at in a dry run', async () => {
    expect((await apply(examples, true)).changes).toHaveLength(examples.length);
    expect(await events()).toBe(0);
  });
  it('are refused together, with every problem named', async () => {
    const forbid = [{ operations: ['*'], matching: '(', because: 'x' }];
    const bad = {
      apiVersion: 'inland/v1',
      kind: 'ResidencyPolicy',
      metadata: { name: 'p' },
      spec: { covers: {}, forbid },
    };
    await expect(apply([...examples, { kind: 'Tarmac' }, bad, examples[0]])).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/Tarmac[^]*ResidencyPolicy\/p.*regular expression[^]*is there twice/),
    });
    expect(await events()).toBe(0);
  });
  it('come with a warning where a place is not known', async () => {
    const [target] = read('targets') as [Resource & { readonly kind: 'Target' }];
    const { warnings } = await apply([{ ...target, spec: { ...target.spec, region: 'dc:attic' } }]);
    expect(warnings).toEqual([expect.stringContaining('dc:attic')]);
  });
  it('are removed, once', async () => {
    await apply(examples);
    await remove('orders-us');
    expect(resourceNamed(view.world, 'Target', 'orders-us')).toBeUndefined();
    await expect(remove('orders-us')).rejects.toMatchObject({ code: 'not_found' });
  });
  it('that come at the same time are applied one request after the other', async () => {
    const region = (country: string): object => ({
      apiVersion: 'inland/v1',
      kind: 'Region',
      metadata: { name: 'dc:a' },
      spec: { country },
    });
    const results = await Promise.all(['DE', 'FR', 'FR', 'IT'].map((country) => apply([region(country)])));
    expect(results.map(({ changes: [one] }) => `${one?.change} ${one?.generation}`)).toEqual([
      'created 1',
      'changed 2',
      'unchanged 2',
      'changed 3',
    ]);
  });
});

describe('an explanation', () => {
  let access: ExplainAccess;
  beforeEach(async () => {
    await prepare();
    await apply(examples);
    const alice = controlRecord(
      'PrincipalRecorded',
      { subject: 'alice', groups: ['developers'], identityProvider: 'config' },
      { source, subject: 'Principal/alice' },
    );
    const { offset } = await log.append(topic, [alice]);
    await view.waitFor(offset);
    const region = 'aws:eu-central-1';
    access = new ExplainAccess({
      view,
      region,
      record: { log: region, recordings: region, projections: region },
      places: new ClientPlaces([{ name: 'office', cidrs: ['10.0.0.0/8'], country: 'DE' }]),
      clock: systemClock,
      sqlParser: await loadSqlParser(),
      commands: new CommandPlaces(await loadShellReader(), () => view.world, {
        of: () => ({ region: null, country: null }),
      }),
      scratch: await PolicyEngine.load(defaultBundle().wasm),
    });
  });
  const ask = (change: Partial<ExplainRequest> = {}): ExplainRequest => ({
    target: 'orders-eu',
    login: 'app',
    operation: 'connect',
    ...change,
  });
  const alice = { subject: 'alice', mayAskForOthers: false, seesAllGrants: false, address: '10.1.1.1' };

  it('decides as an access would be, with the facts', () => {
    expect(access.explain(ask(), alice)).toMatchObject({
      outcome: 'allowed',
      reasons: [{ rule: 'AccessGrant/developers-orders' }],
      facts: {
        target: { region: 'aws:eu-central-1', country: 'DE', dataClasses: ['personal', 'payment'] },
        client: { country: 'DE', network: 'office' },
        policies: ['personal-data-stays-in-eea'],
        grants: ['developers-orders'],
      },
    });
  });
  it.each([
    ['residency_target_outside', ask({ target: 'orders-us' }), alice],
    ['residency_client_unknown', ask(), { ...alice, address: '203.0.113.9' }],
    ['residency_client_outside', ask({ clientCountry: 'US' }), alice],
    ['residency_forbidden_operation', ask({ operation: 'postgres.query', text: "COPY a TO PROGRAM 'x'" }), alice],
    ['residency_unproven_operation', ask({ operation: 'postgres.query', text: 'selec' }), alice],
    ['target_unknown', ask({ target: 'nothing' }), alice],
  ])('says %s', (code, request, caller) => {
    expect(access.explain(request, caller).reasons).toMatchObject([{ code }]);
  });
  it('does not tell of grants for others, nor of their groups, but to who may see them', async () => {
    const grant = {
      apiVersion: 'inland/v1',
      kind: 'AccessGrant',
      metadata: { name: 'secret-project' },
      spec: {
        subjects: { people: ['zelda'], groups: ['project-x'] },
        targets: { names: ['orders-eu'] },
        logins: ['root'],
        operations: ['*'],
      },
    };
    await apply([grant]);
    const asked = ask({ login: 'root' });
    const told = JSON.stringify({ ...access.explain(asked, alice), facts: undefined });
    expect(told).not.toMatch(/zelda|project-x|secret-project/);
    const all = JSON.stringify(access.explain(asked, { ...alice, seesAllGrants: true }));
    expect(all).toMatch(/zelda[^]*project-x/);
    expect(all).toContain('be in the group project-x');
  });
  it('for somebody else is for administrators', () => {
    const olga = { subject: 'olga', mayAskForOthers: true, seesAllGrants: true, address: '10.1.1.1' };
    expect(access.explain(ask({ as: 'alice' }), olga).outcome).toBe('allowed');
    expect(() => access.explain(ask({ as: 'olga' }), alice)).toThrow(/only administrators/);
    expect(() => access.explain(ask({ as: 'nobody' }), olga)).toThrow(/nobody is known/);
  });
});
