import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ControlView, DecisionReplay } from '@inland/control-view';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { readSignedBundle } from '@inland/opa-bundle';
import { bundleFrom, defaultBundle, preparePolicy } from '@inland/policy';
import { PolicyExtension, type DecisionInput } from '@inland/residency';
import { parsePolicyFile } from '@inland/policy-checks';
import { RuleChanges } from '@inland/policy';
import { PolicyEngine } from '@inland/residency';

const path = `${join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin')}:${process.env['PATH'] ?? ''}`;
const rego = `package inland

import rego.v1

# METADATA
# entrypoint: true
extension := {"refusals": refusals, "mask": ["card"], "maxIdleSeconds": 60}

refusals contains {"code": "own_freeze", "message": "nothing is changed during the year-end freeze."} if {
	input.operation.effects[_] == "write"
	data.world.targets[input.target.name].protocol == "postgres"
}
`;
let folder: string;
const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (one: typeof key): string => one.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const trusted = [{ id: 'default', publicKeyPem: pem(key) }];

/** What `opa build` makes of the policy above, signed by `opa` itself. */
function build(name: string, ...options: string[]): string {
  const file = join(folder, name);
  const args = [
    'build',
    '-t',
    'wasm',
    '-e',
    'inland/extension',
    '--bundle',
    '-o',
    file,
    ...options,
    join(folder, 'src'),
  ];
  execFileSync('opa', args, { env: { ...process.env, PATH: path } });
  return file;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inland-bundle-'));
  execFileSync('mkdir', [join(folder, 'src')]);
  writeFileSync(join(folder, 'src/own.rego'), rego);
  writeFileSync(join(folder, 'src/data.json'), '{"own": {"b": [1, "<&>"], "a": null}}');
  writeFileSync(join(folder, 'key.pem'), key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  writeFileSync(join(folder, 'pub.pem'), pem(key));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signing = (): string[] => ['--signing-key', join(folder, 'key.pem')];

describe('a bundle signed by opa', () => {
  it('is read, where a trusted key signed it', async () => {
    const { wasm, signedBy } = await readSignedBundle(readFileSync(build('good.tar.gz', ...signing())), trusted);
    expect(signedBy).toBe('default');
    await expect(PolicyExtension.load(wasm)).resolves.toBeInstanceOf(PolicyExtension);
  });

  it('is refused unsigned, by another key, or changed', async () => {
    const unsigned = readFileSync(build('unsigned.tar.gz'));
    await expect(readSignedBundle(unsigned, trusted)).rejects.toThrow('it is not signed');
    const good = readFileSync(build('good.tar.gz', ...signing()));
    const strangers = [{ id: 'default', publicKeyPem: pem(other) }];
    await expect(readSignedBundle(good, strangers)).rejects.toThrow('none of its signatures');
    await expect(readSignedBundle(good, [])).rejects.toThrow('none is');
    const tar = gunzipSync(good);
    const at = tar.indexOf('year-end freeze');
    expect(at).toBeGreaterThan(0);
    tar.write('Year-end', at);
    await expect(readSignedBundle(gzipSync(tar), trusted)).rejects.toThrow('is not what was signed');
    await expect(readSignedBundle(good.subarray(0, 100), trusted)).rejects.toThrow('cannot be unpacked');
  });
});

const rules = `
{"apiVersion": "inland/v1", "kind": "Target", "metadata": {"name": "db"}, "spec": {"protocol": "postgres", "address": "h:1", "region": "aws:eu-central-1", "dataClasses": ["personal"], "logins": [{"name": "app", "secret": "a"}]}}
---
{"apiVersion": "inland/v1", "kind": "ResidencyPolicy", "metadata": {"name": "p"}, "spec": {"covers": {}, "obligations": {"mask": ["email"], "maxIdleSeconds": 600}}}
---
{"apiVersion": "inland/v1", "kind": "AccessGrant", "metadata": {"name": "g"}, "spec": {"subjects": {"people": ["alice"]}, "targets": {"names": ["db"]}, "logins": ["app"], "operations": ["*"]}}
`;
const region = 'aws:eu-central-1';
const input = (effects: readonly ('read' | 'write')[]): DecisionInput => ({
  version: 1,
  principal: { subject: 'alice', groups: [], identityProvider: 'i', multiFactor: false },
  client: { country: 'DE', network: null },
  gateway: { region },
  target: { name: 'db', protocol: 'postgres', login: 'app' },
  record: { log: region, recordings: region, projections: region },
  operation: { kind: 'postgres.query', text: 'x', effects },
  time: '2026-11-24T12:00:00.000Z',
});

describe('an extension', () => {
  it('refuses and obliges beside the policy, is in the decision, and can be made again from the log', async () => {
    const file = build('extension.tar.gz', ...signing());
    const keys = [{ id: 'default', file: join(folder, 'pub.pem') }];
    const extension = await bundleFrom({ file, mode: 'extend', keys });
    const log = await SqliteEventLog.open({ folder: join(folder, 'log') });
    const view = await ControlView.open({ log });
    try {
      const source = '/inland/test';
      await preparePolicy({ log, view, source, bundle: defaultBundle(), extension, systemResources: true });
      const patterns = await PolicyEngine.load(defaultBundle().wasm);
      const changes = new RuleChanges({ log, view, source, patterns, approvers: 0 });
      const { resources } = parsePolicyFile(rules, 'rules');
      await changes.change({ apply: resources }, { actor: 'olga', reason: '', dryRun: false });

      const reads = view.decide(input(['read']));
      expect(reads).toMatchObject({
        outcome: 'allowed',
        extensionDigest: extension.digest,
        obligations: { mask: ['card', 'email'], maxIdleSeconds: 60 },
      });
      const writes = view.decide(input(['write']));
      expect(writes).toMatchObject({ outcome: 'denied', reasons: [{ code: 'own_freeze' }] });
      expect(writes.reasons[0]?.message).toContain('year-end freeze');

      const before = view.nextOffset;
      await preparePolicy({ log, view, source, bundle: defaultBundle(), systemResources: true });
      expect(view.decide(input(['write'])).outcome).toBe('allowed'); // the extension is taken away
      const events = [];
      for await (const stored of log.read({ topic: 'inland.control.v1', partition: 0, from: 0 })) events.push(stored);
      const then = await new DecisionReplay(events).engineAt(before);
      expect(then?.decide(input(['write']))).toMatchObject({ outcome: 'denied', extensionDigest: extension.digest });
    } finally {
      await view.close();
      await log.close();
    }
  });
});
