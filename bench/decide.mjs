// `npm run bench -- decide`: one decision in process, at 3, 100, 1,000 and 5,000 rules. Aims: p99 under 100 µs at 100 rules,
// under 1 ms at 5,000 rules and 1,000 targets; of an access that was never seen, and of one that asks again.
// And a refusal end to end: TLS, the token, the decision, its durable record, and the error at a PostgreSQL client.
// Half of the rules are residency policies, half are grants, over 50 targets at most (1,000 for 5,000 rules); the ratio is to the smallest.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalCa } from '@inland/local-ca';
import { PolicyEngine } from '@inland/residency';
import pg from 'pg';
import { newWorld, openGateway } from './setup/gateway.mjs';
import { startPostgres, token } from './setup/listeners.mjs';

const wasm = readFileSync(new URL('../libs/residency/bundle/default.wasm', import.meta.url));
const warmUp = 2_000;
const samples = 10_000;

const targetsOf = (rules) => (rules < 5_000 ? Math.min(50, Math.ceil(rules / 3)) : 1_000);

/** @param {number} rules */
function worldOf(rules) {
  const { world, add } = newWorld();
  const targets = targetsOf(rules);
  const places = { within: ['EEA'] };
  for (let at = 0; at < targets; at += 1)
    add('Target', `target-${at}`, {
      protocol: 'postgres',
      address: 'h:1',
      region: 'aws:eu-central-1',
      dataClasses: ['personal'],
      logins: [{ name: 'app', secret: 'bench' }],
    });
  const policies = Math.ceil(rules / 2);
  for (let at = 0; at < policies; at += 1)
    add('ResidencyPolicy', `policy-${at}`, {
      covers: { targets: [`target-${at % targets}`] },
      require: { client: places, gateway: places, target: places, record: places },
      forbid: [
        { operations: ['postgres.*'], matching: '(?i)\\bcopy\\b[^;]*\\bto\\s+program\\b', because: 'it leaves' },
      ],
      obligations: { mask: ['email', 'card', 'iban'], record: 'bounded', maxSessionSeconds: 0 },
    });
  for (let at = 0; at < rules - policies; at += 1)
    add('AccessGrant', `grant-${at}`, {
      subjects: { groups: ['developers'], people: [] },
      targets: { names: [`target-${at % targets}`] },
      logins: ['app'],
      operations: ['connect', 'postgres.*'],
    });
  return world;
}

const record = { log: 'aws:eu-central-1', recordings: 'aws:eu-central-1', projections: 'aws:eu-central-1' };
const input = (country) => ({
  version: 1,
  principal: { subject: 'alice', groups: ['developers', 'staff'], identityProvider: 'config', multiFactor: false },
  client: { country, network: 'office' },
  gateway: { region: 'aws:eu-central-1' },
  target: { name: 'target-0', protocol: 'postgres', login: 'app' },
  record,
  operation: { kind: 'postgres.query', text: 'SELECT name, email FROM customers WHERE id = 42' },
  time: '2026-11-23T12:00:00.000Z',
});

/** Microseconds at the p50 and the p99. `targets`: each decision is of an access that was not seen before, at another one. */
function measure(engine, same, outcome, targets = 0) {
  const micros = new Float64Array(samples);
  for (let at = -warmUp; at < samples; at += 1) {
    const asked =
      targets === 0
        ? same
        : {
            ...same,
            principal: { ...same.principal },
            target: { ...same.target, name: `target-${((at + warmUp) * 7) % targets}` },
          };
    const begin = process.hrtime.bigint();
    const decided = engine.decide(asked);
    const nanos = Number(process.hrtime.bigint() - begin);
    if (decided.outcome !== outcome) throw new Error(`expected ${outcome}: ${decided.reasons[0]?.code}`);
    if (at >= 0) micros[at] = nanos / 1_000;
  }
  micros.sort();
  return { p50: micros[samples / 2], p99: micros[Math.floor(samples * 0.99)] };
}

/** Milliseconds from connecting to the refusal, at 100 rules, at the p50 and the p99. */
async function measureRefusal() {
  const folder = await mkdtemp(join(tmpdir(), 'inland-bench-decide-'));
  const ca = await openLocalCa({ folder: join(folder, 'ca') });
  const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const opened = await openGateway({ folder, world: worldOf(100), resolveTarget: async () => undefined });
  const listener = await startPostgres(opened, { tls: { key: keyPem, cert: certPem } });
  const millis = [];
  for (let at = -20; at < 200; at += 1) {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: listener.port,
      user: 'app@nowhere',
      password: token,
      database: 'shop',
      ssl: { ca: ca.caPem, servername: 'localhost' },
    });
    client.on('error', () => undefined);
    const begin = performance.now();
    const error = await client.connect().then(
      () => undefined,
      (failure) => failure,
    );
    if (!String(error?.message).includes('Inland refused this')) throw new Error(`not refused: ${error?.message}`);
    if (at >= 0) millis.push(performance.now() - begin);
    await client.end().catch(() => undefined);
  }
  await listener.stop();
  await rm(folder, { recursive: true, force: true });
  millis.sort((one, other) => one - other);
  return { p50: millis[millis.length / 2], p99: millis[Math.floor(millis.length * 0.99)] };
}

/** Prints a table, or JSON. */
export async function run({ json }) {
  const rows = [];
  for (const rules of [3, 100, 1_000, 5_000]) {
    const engine = await PolicyEngine.load(wasm);
    const begin = performance.now();
    engine.setWorld(worldOf(rules));
    const setWorldMillis = performance.now() - begin;
    rows.push({
      rules,
      allowed: measure(engine, input('DE'), 'allowed'),
      denied: measure(engine, input('US'), 'denied'),
      unseen: measure(engine, input('DE'), 'allowed', targetsOf(rules)),
      setWorldMillis,
    });
  }
  const [first] = rows;
  const refusalMillis = await measureRefusal();
  const result = rows.map((row) => ({ ...row, ratio: row.allowed.p50 / first.allowed.p50 }));
  if (json) {
    console.log(JSON.stringify({ bench: 'decide', unit: 'microseconds', rows: result, refusalMillis }, null, 2));
    return;
  }
  const cells = (values) => console.log(values.map((value) => String(value).padStart(14)).join(''));
  cells([
    'rules',
    'allowed p50',
    'allowed p99',
    'denied p50',
    'denied p99',
    'new p50',
    'new p99',
    'ratio p50',
    'set world ms',
  ]);
  for (const { rules, allowed, denied, unseen, ratio, setWorldMillis } of result)
    cells([
      rules,
      ...[allowed.p50, allowed.p99, denied.p50, denied.p99, unseen.p50, unseen.p99, ratio, setWorldMillis].map(
        (value) => value.toFixed(1),
      ),
    ]);
  console.log('microseconds; one decision in process, its input and result as JSON included');
  const { p50, p99 } = refusalMillis;
  console.log(`a refusal end to end at 100 rules, in ms: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}`);
}
