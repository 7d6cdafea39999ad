// `npm run bench -- what-if`: how many recorded decisions a second are made again by other rules, from the embedded log: one
// access and nine commands a session, 100 rules, 1,000 targets.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { Outcome, SessionChain } from '@inland/events';
import { newSessionId } from '@inland/kernel';
import { PolicyEngine } from '@inland/residency';
import { WhatIfLog } from '../services/policy/dist/index.js';
import { newWorld, region } from './setup/gateway.mjs';

const wasm = readFileSync(new URL('../libs/residency/bundle/default.wasm', import.meta.url));
const [rules, targets] = [100, 1_000];

function worldOf() {
  const { world, add } = newWorld();
  for (let number = 0; number < targets; number += 1)
    add('Target', `t${number}`, {
      protocol: 'postgres',
      address: 'h:1',
      region,
      dataClasses: ['personal'],
      logins: [{ name: 'app', secret: 'bench' }],
    });
  for (let number = 0; number < rules; number += 1)
    add('ResidencyPolicy', `p${number}`, {
      covers: { targets: Array.from({ length: 20 }, (_, index) => `t${(number * 10 + index) % targets}`) },
      require: { client: { within: ['EEA'] }, target: { within: ['EEA'] } },
      forbid: [{ operations: ['postgres.export'], because: 'it leaves' }],
      obligations: { mask: ['email'], record: 'bounded', maxSessionSeconds: 0, maxIdleSeconds: 0 },
    });
  add('AccessGrant', 'g', {
    subjects: { groups: ['developers'], people: [] },
    targets: { names: Array.from({ length: targets }, (_, number) => `t${number}`) },
    logins: ['app'],
    operations: ['connect', 'postgres.*'],
  });
  return world;
}

const inputOf = (session, operation) =>
  JSON.stringify({
    version: 1,
    principal: { subject: `p${session % 500}`, groups: ['developers'], identityProvider: 'i', multiFactor: false },
    client: { country: session % 3 === 0 ? 'FR' : 'DE', network: null },
    gateway: { region },
    target: { name: `t${session % targets}`, protocol: 'postgres', login: 'app' },
    record: { log: region, recordings: region, projections: region },
    operation,
    time: '2026-01-01T00:00:00.000Z',
  });

async function fill(log, decisions) {
  const empty = { inputWithheld: false, reasons: [], bundleDigest: 'b', dataDigest: 'd', controlOffset: 1n };
  const decision = (inputJson) => ({ ...empty, outcome: Outcome.ALLOWED, inputJson });
  for (let session = 0; session < decisions / 10; session += 1) {
    const chain = new SessionChain({ session: newSessionId(), source: '/inland/proxy/bench' });
    const events = [
      chain.next('AccessDecided', { decision: decision(inputOf(session, { kind: 'connect', text: null })) }),
    ];
    for (let command = 1; command < 10; command += 1) {
      const operation = { kind: 'postgres.query', text: `SELECT ${command}`, effects: ['read'], relations: [] };
      events.push(chain.next('CommandDecided', { command, decision: decision(inputOf(session, operation)) }));
    }
    const appended = log.append('inland.session.v1', events);
    if (session % 200 === 0) await appended;
    else appended.catch(() => undefined);
  }
}

/** Prints a table, or JSON. */
export async function run({ json = false, decisions = 200_000 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'inland-bench-what-if-'));
  const log = await SqliteEventLog.open({ folder });
  try {
    await fill(log, decisions);
    const whatIf = new WhatIfLog({ log, view: { world: worldOf() }, engine: () => PolicyEngine.load(wasm) });
    const stricter = {
      apiVersion: 'inland/v1',
      kind: 'ResidencyPolicy',
      metadata: { name: 'p0' },
      spec: { covers: {}, require: { client: { within: ['DE'] } } },
    };
    const startedAt = performance.now();
    const report = await whatIf.ask({ resources: [stricter], since: '2020-01-01T00:00:00Z' });
    const seconds = (performance.now() - startedAt) / 1000;
    const result = {
      decisions: report.decisions,
      refusedNow: report.refusedNow.decisions,
      seconds,
      aSecond: report.decisions / seconds,
    };
    if (json) return console.log(JSON.stringify({ bench: 'what-if', rules, targets, ...result }, null, 2));
    console.log(
      `${result.decisions} decisions in ${seconds.toFixed(1)} s: ${result.aSecond.toFixed(0)} a second; a million in ${(1e6 / result.aSecond).toFixed(0)} s (${result.refusedNow} refused now)`,
    );
  } finally {
    await log.close();
    await rm(folder, { recursive: true, force: true });
  }
}
