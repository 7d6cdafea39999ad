import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlView } from '@inland/control-view';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { controlRecord } from '@inland/events';
import { defaultBundle, preparePolicy, RuleChanges } from '@inland/policy';
import { PolicyEngine, type DecisionInput } from '@inland/residency';

export const source = '/inland/test';
const region = 'aws:eu-central-1';

/** The policy service's parts over a real log, with people: olga and max lead, alice develops. */
export interface ControlWorld {
  readonly log: SqliteEventLog;
  readonly view: ControlView;
  readonly changes: RuleChanges;
  record(people: Readonly<Record<string, readonly string[]>>): Promise<void>;
  stop(): Promise<void>;
}

export async function startControlWorld({ approvers = 0 } = {}): Promise<ControlWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'inland-control-'));
  const log = await SqliteEventLog.open({ folder: join(folder, 'log') });
  const view = await ControlView.open({ log });
  await preparePolicy({ log, view, source, bundle: defaultBundle(), systemResources: true });
  const patterns = await PolicyEngine.load(defaultBundle().wasm);
  const record: ControlWorld['record'] = async (people) => {
    const events = Object.entries(people).map(([subject, groups]) =>
      controlRecord(
        'PrincipalRecorded',
        { subject, groups: [...groups], identityProvider: 'test' },
        { source, subject: `Principal/${subject}` },
      ),
    );
    const { offset } = await log.append('inland.control.v1', events);
    await view.waitFor(offset);
  };
  await record({ alice: ['developers'], olga: ['leads'], max: ['leads'] });
  return {
    log,
    view,
    changes: new RuleChanges({ log, view, source, patterns, approvers }),
    record,
    stop: async () => {
      await view.close();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const resource = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'inland/v1',
  kind,
  metadata: { name },
  spec,
});

export const target = resource('Target', 'orders', {
  protocol: 'postgres',
  address: 'h:1',
  region,
  dataClasses: ['personal'],
  logins: [{ name: 'app', secret: 'a' }],
});

/** alice connects to the target as app. */
export const connecting = (): DecisionInput => ({
  version: 1,
  principal: { subject: 'alice', groups: ['developers'], identityProvider: 'test', multiFactor: false },
  client: { country: 'DE', network: null },
  gateway: { region },
  target: { name: 'orders', protocol: 'postgres', login: 'app' },
  record: { log: region, recordings: region, projections: region },
  operation: { kind: 'connect', text: null },
  time: new Date().toISOString(),
});
