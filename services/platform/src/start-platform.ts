import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ApiClient } from '@inland/api-client';
import { Fault } from '@inland/kernel';
import {
  assertPortFree,
  logWarnings,
  readHostConfig,
  startHost,
  stopOnSignal,
  type RunningHost,
} from '@inland/service-host';
import { allServices } from './all-services.ts';
import { applyDemoResources } from './demo/apply-demo-resources.ts';
import { demoConfig } from './demo/demo-config.ts';
import { demoGuide } from './demo/demo-guide.ts';
import { demoPeople } from './demo/demo-people.ts';
import { startDemoWorld } from './demo/demo-world.ts';
import { Progress } from './progress.ts';
import { tour } from './tour/tour.ts';

export interface StartOptions {
  /** Absolute. */
  readonly home: string;
  /** inland.yaml; without it: embedded stores and the demo's targets, people and rules. */
  readonly configFile?: string;
  readonly tour: boolean;
  readonly print: (line: string) => void;
}

/** Runs all services in this process until a signal. Resolves when everything answers. */
export async function startPlatform(options: StartOptions): Promise<void> {
  if (options.configFile === undefined) return startDemo(options);
  const config = readHostConfig(options.configFile);
  const host = await startHost({ services: allServices, config });
  logWarnings(host.logger);
  stopOnSignal(() => host.close());
  options.print(`Inland runs in ${config.region}. API ${host.api}${addressesText(host)}`);
}

async function startDemo({ home, tour: withTour, print }: StartOptions): Promise<void> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const people = demoPeople(home);
  const config = demoConfig(home, people);
  await assertPortFree(config.http.host, config.http.port, 'INLAND_HTTP_PORT');
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of opened.splice(0).reverse()) await step();
  };
  stopOnSignal(async () => {
    print('\nStopping: sessions end, their records are closed …');
    await close();
    print('Stopped.');
  });
  const progress = new Progress(print);
  try {
    const world = await progress.step('demo targets: an SSH server and a PostgreSQL with invented customers', () =>
      startDemoWorld(home),
    );
    opened.push(() => world.stop());
    const host = await progress.step('Inland: auth, policy, masking, recorder, audit, proxy', () =>
      startHost({ services: allServices, config: { ...config, secretsFolder: world.secretsFolder } }),
    );
    opened.push(() => host.close());
    logWarnings(host.logger);
    const [alice, olga] = people;
    if (alice === undefined || olga === undefined) throw new Fault('internal', 'the demo needs its two people');
    await progress.step('targets, the residency rule and grants', () =>
      applyDemoResources(
        new ApiClient({ api: host.api, identityFile: olga.keyFile }),
        readFileSync(world.resourcesFile, 'utf8'),
      ),
    );
    writeFileSync(
      join(home, 'cli.json'),
      `${JSON.stringify({ api: host.api, identityFile: alice.keyFile }, null, 2)}\n`,
    );
    const { ssh = '', postgres = '' } = host.addresses;
    if (ssh !== '') writeKnownHosts(home, ssh);
    if (withTour)
      await tour({
        api: host.api,
        sshPort: portOf(ssh),
        postgresPort: portOf(postgres),
        ca: readFileSync(join(home, 'ca.pem'), 'utf8'),
        aliceKeyFile: alice.keyFile,
        olgaKeyFile: olga.keyFile,
        print,
      });
    print('');
    const guide = {
      home: relative('.', home) || '.',
      api: host.api,
      sshPort: portOf(ssh),
      postgresPort: portOf(postgres),
    };
    for (const line of demoGuide(guide)) print(line);
  } catch (error) {
    await close();
    throw error;
  }
}

/** So that `ssh -o UserKnownHostsFile=…` knows the gateway without asking. */
function writeKnownHosts(home: string, address: string): void {
  const key = readFileSync(join(home, 'proxy/ssh_host_ed25519_key.pub'), 'utf8').trim();
  writeFileSync(join(home, 'known_hosts'), `[127.0.0.1]:${portOf(address)} ${key}\n`);
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function addressesText({ addresses }: RunningHost): string {
  return Object.entries(addresses)
    .map(([protocol, address]) => ` · ${protocol} ${address}`)
    .join('');
}
