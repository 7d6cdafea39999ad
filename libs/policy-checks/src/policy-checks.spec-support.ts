import { readFileSync } from 'node:fs';
import { PolicyEngine } from '@inland/residency';
import { parsePolicyFile } from './parse-policy-file.ts';
import { worldWith } from './world-with.ts';

/** Specs by `Kind/name`. */
export type Rules = Readonly<Record<string, object>>;

/** A document for each; JSON is YAML. */
function yamlOf(rules: Rules): string {
  return Object.entries(rules)
    .map(([full, spec]) => {
      const [kind = '', name = ''] = full.split('/');
      return JSON.stringify({ apiVersion: 'inland/v1', kind, metadata: { name }, spec });
    })
    .join('\n---\n');
}

export const target = {
  protocol: 'postgres',
  address: 'h:1',
  region: 'aws:eu-central-1',
  dataClasses: ['personal'],
  logins: [{ name: 'app', secret: 'a' }],
};
export const grant = {
  subjects: { groups: ['developers'] },
  targets: { names: ['orders'] },
  logins: ['app'],
  operations: ['connect', 'postgres.*'],
};
export const eea = {
  covers: { dataClasses: ['personal'] },
  require: { client: { within: ['EEA'] }, target: { within: ['EEA'] } },
  forbid: [{ operations: ['postgres.export'], because: 'it leaves' }],
  obligations: { mask: ['email'] },
};
/** Rules that nothing can be said against: a target, who may reach it, and where it must be. */
export const sound: Rules = { 'Target/orders': target, 'ResidencyPolicy/eea': eea, 'AccessGrant/developers': grant };

/** An engine, as in production, with these rules. */
export async function engineWith(rules: Rules): Promise<PolicyEngine> {
  const wasm = readFileSync(new URL('../../residency/bundle/default.wasm', import.meta.url));
  const engine = await PolicyEngine.load(wasm);
  engine.setWorld(worldWith(parsePolicyFile(yamlOf(rules), 'rules.yaml').resources));
  return engine;
}
