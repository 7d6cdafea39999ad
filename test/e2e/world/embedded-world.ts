import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { freePorts } from './free-ports.ts';
import { inlandProgram, projectFolder } from './project.ts';
import { replayDecisions } from './replay-decisions.ts';
import { Started } from './run-process.ts';
import { SmallDisk } from './small-disk.ts';
import type { World, WorldOptions } from './world.ts';

/** `inland start`, as a newcomer runs it. */
export async function startEmbedded({ breakableLog = false }: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'inland-e2e-'));
  const [http = 0, sshPort = 0, postgresPort = 0] = await freePorts(3);
  const env = {
    INLAND_HOME: folder,
    INLAND_HTTP_PORT: String(http),
    INLAND_SSH_PORT: String(sshPort),
    INLAND_POSTGRES_PORT: String(postgresPort),
  };
  const start = async (): Promise<Started> => {
    const started = new Started(process.execPath, [inlandProgram, 'start'], env, projectFolder);
    await started.said('Ctrl-C stops it.', 90_000);
    return started;
  };
  const disk = breakableLog ? await SmallDisk.mount(join(folder, 'log')) : undefined;
  let inland = await start();
  return {
    kind: 'embedded',
    folder,
    api: `http://127.0.0.1:${http}`,
    httpPort: http,
    authHome: folder,
    secretsFolder: join(folder, 'secrets'),
    replicas: [{ sshPort, postgresPort }],
    keys: { alice: join(folder, 'demo/keys/alice'), olga: join(folder, 'demo/keys/olga') },
    caFile: join(folder, 'ca.pem'),
    knownHostsFile: join(folder, 'known_hosts'),
    written: [folder],
    killReplica: async () => {
      await inland.stop('SIGKILL');
    },
    revive: async () => {
      inland = await start();
    },
    breakLog: async () => disk?.fill(),
    mendLog: async () => disk?.makeRoom(),
    stopInland: async () => {
      await inland.stop();
    },
    stop: async () => {
      await inland.stop();
      try {
        const log = await SqliteEventLog.open({ folder: join(folder, 'log') });
        await replayDecisions(log).finally(() => log.close());
      } finally {
        await disk?.unmount();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
