import { startCluster } from './cluster-world.ts';
import { startEmbedded } from './embedded-world.ts';

export interface Replica {
  /** Ports on 127.0.0.1. */
  readonly sshPort: number;
  readonly postgresPort: number;
}

/** All of Inland as real processes, with demo targets: in one process on embedded stores, or a process per service. */
export interface World {
  readonly kind: 'embedded' | 'cluster';
  /** For the test's own files, and most of what Inland writes. */
  readonly folder: string;
  readonly api: string;
  /** Of a process of Inland itself: in the cluster the API above is a router's. */
  readonly httpPort: number;
  /** The home folder of the auth service: its signing key is there. */
  readonly authHome: string;
  /** Where proxies read the credentials of targets. */
  readonly secretsFolder: string;
  /** Proxies: one when embedded, two in the cluster. */
  readonly replicas: readonly Replica[];
  readonly keys: { readonly alice: string; readonly olga: string };
  readonly caFile: string;
  readonly knownHostsFile: string;
  /** Folders that hold everything that Inland and its stores write. */
  readonly written: readonly string[];
  /** kill -9 of the process that has this proxy. */
  killReplica(index: number): Promise<void>;
  /** Starts again what was killed, on the same ports and folders. */
  revive(): Promise<void>;
  /** From now on the log takes nothing: its disk is full, or its broker does not answer. */
  breakLog(): Promise<void>;
  /** The log can take events again. */
  mendLog(): Promise<void>;
  /** Stops everything that Inland runs, as an operator would; the files stay. */
  stopInland(): Promise<void>;
  /** Makes every decision that was recorded again, stops everything and removes the files. Rejects when one differs. */
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** The test calls {@link World.breakLog}: embedded, the log then has a small disk of its own (this needs root). */
  readonly breakableLog?: boolean;
}

/** The world that `INLAND_E2E` asks for: `embedded` (when it is not set) or `cluster`. */
export function startWorld(options: WorldOptions = {}): Promise<World> {
  const kind = process.env['INLAND_E2E'] ?? 'embedded';
  if (kind === 'embedded') return startEmbedded(options);
  if (kind === 'cluster') return startCluster();
  throw new Error(`INLAND_E2E is embedded or cluster, not ${kind}`);
}
