import { join } from 'node:path';
import { inlandProgram, projectFolder } from './project.ts';
import { run, Started, type Ran, type RunOptions } from './run-process.ts';
import type { World } from './world.ts';

export type Person = 'alice' | 'olga';

/** The client programs that people have, as a person uses them, against a world. */
export class Clients {
  readonly #world: World;
  readonly #person: Person;

  constructor(world: World, person: Person) {
    this.#world = world;
    this.#person = person;
  }

  /** `inland …` */
  inland(...args: string[]): Promise<Ran> {
    const { api, keys, folder } = this.#world;
    return run(process.execPath, [inlandProgram, '--api', api, '--identity', keys[this.#person], ...args], {
      env: { XDG_CACHE_HOME: join(folder, 'cache', this.#person), INLAND_HOME: folder },
      cwd: projectFolder,
    });
  }

  /** `inland … --json`, which must succeed. */
  async json<T>(...args: string[]): Promise<T> {
    const { status, stdout, stderr } = await this.inland(...args, '--json');
    if (status !== 0) throw new Error(`inland ${args.join(' ')} exited with ${status}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** `ssh login@target@gateway command`; further options stand before the destination. */
  ssh(
    user: string,
    command: string[],
    options: RunOptions & { readonly args?: string[]; readonly replica?: number } = {},
  ): Promise<Ran> {
    const { args = [], replica = 0, ...rest } = options;
    return run('ssh', [...this.sshOptions(replica, '-p'), ...args, `${user}@127.0.0.1`, ...command], rest);
  }

  startSsh(user: string, command: string[], args: string[] = [], replica = 0): Started {
    return new Started('ssh', [...this.sshOptions(replica, '-p'), ...args, `${user}@127.0.0.1`, ...command]);
  }

  sftp(user: string, batch: string, replica = 0): Promise<Ran> {
    return run('sftp', [...this.sshOptions(replica, '-P'), '-b', '-', `${user}@127.0.0.1`], { input: batch });
  }

  /** What ssh and its kin need to come in without a question. */
  sshOptions(replica: number, portFlag: '-p' | '-P'): string[] {
    const { replicas, keys, knownHostsFile } = this.#world;
    const option = (text: string): string[] => ['-o', text];
    return [
      '-F',
      'none',
      portFlag,
      String(replicas[replica]?.sshPort),
      '-i',
      keys[this.#person],
      ...option('IdentitiesOnly=yes'),
      ...option('BatchMode=yes'),
      ...option('StrictHostKeyChecking=yes'),
      ...option(`UserKnownHostsFile=${knownHostsFile}`),
    ];
  }

  /** A token for databases, as `inland token` prints it. */
  async token(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.inland('token', ...args);
    if (status !== 0) throw new Error(`inland token exited with ${status}: ${stderr}`);
    return stdout.trim();
  }

  /** `psql "user=login@target dbname=shop …" …` */
  async psql(
    user: string,
    args: string[],
    options: { readonly token?: string; readonly input?: string; readonly replica?: number } = {},
  ): Promise<Ran> {
    const token = options.token ?? (await this.token());
    return run('psql', [...this.psqlArgs(user, options.replica), ...args], {
      env: { PGPASSWORD: token, PGCONNECT_TIMEOUT: '40' },
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  }

  async startPsql(user: string, args: string[] = [], replica = 0): Promise<Started> {
    const env = { PGPASSWORD: await this.token(), PGCONNECT_TIMEOUT: '40' };
    return new Started('psql', [...this.psqlArgs(user, replica), ...args], env);
  }

  psqlArgs(user: string, replica = 0): string[] {
    const { replicas, caFile } = this.#world;
    const port = replicas[replica]?.postgresPort;
    return [
      '-X',
      '-v',
      'ON_ERROR_STOP=1',
      `host=127.0.0.1 port=${port} user=${user} dbname=shop sslmode=verify-full sslrootcert=${caFile}`,
    ];
  }
}
