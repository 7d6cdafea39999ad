// The enforcement pipeline as in production, for benchmarks: the real policy over a given world, and the embedded log.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { ValueMasker } from '@inland/masking';
import { EnforcementGateway } from '@inland/proxy';
import { ClientPlaces, parseResource, PolicyEngine } from '@inland/residency';

export const region = 'aws:eu-central-1';

/** Who a benchmark is, to listeners. */
export const alice = {
  kind: 'proven',
  subject: 'alice',
  groups: ['developers'],
  identityProvider: 'bench',
  method: 'ssh-key',
  credentialId: 'bench',
};

/** A world under construction: `add(kind, name, spec)`. */
export function newWorld() {
  const resources = new Map();
  const add = (kind, name, spec) => {
    const parsed = parseResource({ apiVersion: 'inland/v1', kind, metadata: { name }, spec });
    if (parsed.kind === 'problems') throw new Error(`${kind}/${name}: ${JSON.stringify(parsed.problems)}`);
    resources.set(`${kind}/${name}`, { resource: parsed.resource, generation: 1 });
  };
  add('Region', region, { country: 'DE' });
  add('Jurisdiction', 'EEA', { countries: ['DE', 'FR', 'NL', 'AT', 'IT', 'ES', 'PL', 'SE', 'NO'], includes: [] });
  return { world: { resources }, add };
}

/** Two targets that are the same machine: what comes from `masked` is masked, and `forbid` is what each command is judged by. */
export function plainAndMasked({ protocol, login, forbid }) {
  const { world, add } = newWorld();
  const within = { within: ['EEA'] };
  for (const [name, mask] of [
    ['plain', []],
    ['masked', ['email', 'card', 'iban']],
  ]) {
    add('Target', name, {
      protocol,
      address: 'h:1',
      region,
      dataClasses: ['personal'],
      logins: [{ name: login, secret: 'bench' }],
    });
    add('ResidencyPolicy', `stays-${name}`, {
      covers: { targets: [name] },
      require: { client: within, gateway: within, target: within, record: within },
      forbid: [{ ...forbid, because: 'it leaves' }],
      obligations: { mask, record: 'bounded', maxSessionSeconds: 0 },
    });
  }
  add('AccessGrant', 'developers', {
    subjects: { groups: ['developers'], people: [] },
    targets: { names: ['plain', 'masked'] },
    logins: [login],
    operations: ['connect', `${protocol}.*`],
  });
  return world;
}

/** Masks a text, for the record of commands. */
function maskText(detectors) {
  const masker = new ValueMasker(detectors);
  return (text) => masker.maskText(text);
}

/** The gateway over a log of its own below the folder. */
export async function openGateway({ folder, world, resolveTarget }) {
  const engine = await PolicyEngine.load(
    readFileSync(new URL('../../libs/residency/bundle/default.wasm', import.meta.url)),
  );
  engine.setWorld(world);
  const log = await SqliteEventLog.open({ folder: join(folder, 'log') });
  const gateway = new EnforcementGateway({
    log,
    decider: { decide: (input) => ({ ...engine.decide(input), controlOffset: 1 }) },
    replica: 'bench',
    region,
    record: { log: region, recordings: region, projections: region },
    places: new ClientPlaces([{ name: 'loopback', cidrs: ['127.0.0.0/8'], country: 'DE' }]),
    regionOf: () => region,
    destinationRegion: () => null,
    resolveTarget,
    maskText,
    observer: { attempt: () => undefined, command: () => undefined, live: () => undefined },
  });
  return {
    gateway,
    close: async () => {
      await gateway.drained();
      await log.close();
    },
  };
}
