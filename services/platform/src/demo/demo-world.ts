import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startDemoPostgres, startDemoSsh } from '@inland/demo-targets';
import { newSshKeyPair } from '@inland/ssh-keys';
import { demoPeople, type DemoPerson } from './demo-people.ts';
import { demoResources } from './demo-resources.ts';
import { freePort } from './free-port.ts';

/** Targets, people and rules that need nothing but this machine. */
export interface DemoWorld {
  readonly people: readonly DemoPerson[];
  readonly secretsFolder: string;
  /** The YAML that was written, to be applied. */
  readonly resourcesFile: string;
  stop(): Promise<void>;
}

/** Starts the demo targets below `home/demo` and writes their secrets and resources. */
export async function startDemoWorld(home: string): Promise<DemoWorld> {
  const people = demoPeople(home);
  const secretsFolder = join(home, 'secrets');
  const pair = newSshKeyPair('inland to build-eu');
  const [sshPort, postgresPort] = [await freePort(7522), await freePort(7532)];
  const ssh = await startDemoSsh({ folder: join(home, 'demo/build-eu'), port: sshPort, authorizedKey: pair.public });
  const postgres = await startDemoPostgres({ folder: join(home, 'demo/orders'), port: postgresPort });
  writeSecret(join(secretsFolder, 'demo/build-eu'), pair.private);
  writeSecret(join(secretsFolder, 'demo/orders'), postgres.password);
  const resourcesFile = join(home, 'demo/resources.yaml');
  writeFileSync(
    resourcesFile,
    demoResources({
      ssh: { port: ssh.port, hostKey: ssh.hostKeyLine },
      postgres: { port: postgres.port, caPem: postgres.caPem },
    }),
  );
  return {
    people,
    secretsFolder,
    resourcesFile,
    stop: async () => {
      await Promise.allSettled([ssh.stop(), postgres.stop()]);
    },
  };
}

function writeSecret(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
}
