import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamMasker } from '@inland/masking';
import { SshListener, type Identity, type ResolvedTarget } from '@inland/proxy';
import { newSshKeyPair } from '@inland/ssh-keys';
import { run, Started, type Ran, type RunOptions } from '../../e2e/world/run-process.ts';
import { startSshd, type Sshd } from '../../parts/sshd.mjs';
import { FakeGateway, type FakeCommand, type FakeGatewayOptions } from '../fake-gateway.ts';

/** The name that clients give: a login at the target. */
export const user = 'deploy@build-eu';

export interface GateOptions extends Partial<FakeGatewayOptions> {
  readonly limits?: Partial<ConstructorParameters<typeof SshListener>[0]['limits']>;
  /** A target other than the world's sshd. */
  readonly target?: Partial<ResolvedTarget>;
}

/** An SSH listener of its own before the world's sshd, with a gateway in memory. */
export interface Gate {
  readonly gateway: FakeGateway;
  readonly listener: SshListener;
  readonly port: number;
  readonly knownHosts: string;
  readonly options: readonly string[];
  ssh(command: readonly string[], options?: RunOptions & { readonly args?: readonly string[] }): Promise<Ran>;
  start(command: readonly string[], args?: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** The commands of all sessions of a kind. */
  commands(operation: string): readonly FakeCommand[];
}

/** A real sshd, keys, and a folder. */
export class SshWorld {
  readonly folder: string;
  readonly sshd: Sshd;
  readonly target: ResolvedTarget;
  /** The file of the key that the gateway knows. */
  readonly keyFile: string;
  /** The listener's public key, a line. */
  readonly hostKeyFile: string;
  readonly hostKey: { readonly private: string; readonly public: string };
  readonly #fingerprint: string;
  readonly #listeners: SshListener[] = [];

  private constructor(folder: string, sshd: Sshd, keys: { readonly host: KeyPair; readonly alice: KeyPair }) {
    this.folder = folder;
    this.sshd = sshd;
    this.hostKey = keys.host;
    this.keyFile = join(folder, 'alice');
    this.hostKeyFile = join(folder, 'host.pub');
    this.#fingerprint = fingerprintOf(keys.alice.public);
    this.target = {
      name: 'build-eu',
      region: 'aws:eu-central-1',
      host: sshd.host,
      port: sshd.port,
      login: { name: sshd.login, privateKey: sshd.privateKey },
      hostKeys: [sshd.hostKeyLine],
      tls: { mode: 'disable' },
    };
  }

  static async start(): Promise<SshWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'inland-ssh-'));
    const keys = { host: newSshKeyPair(), alice: newSshKeyPair() };
    const world = new SshWorld(folder, await startSshd(), keys);
    await writeFile(world.keyFile, keys.alice.private, { mode: 0o600 });
    await writeFile(world.hostKeyFile, `${keys.host.public}\n`);
    return world;
  }

  async gate({ limits, target, ...options }: GateOptions = {}): Promise<Gate> {
    const gateway = new FakeGateway({ targets: { 'build-eu': { ...this.target, ...target } }, ...options });
    const listener = new SshListener({
      gateway,
      identify: async ({ fingerprint }) => this.#identify(fingerprint),
      hostKeys: [this.hostKey.private],
      host: '127.0.0.1',
      port: 0,
      limits: { unauthenticatedMax: 100, handshakeMillis: 10_000, ...limits },
      createMasker: (wanted) => new StreamMasker(wanted),
      logger: { warn: () => undefined },
    });
    await listener.listen();
    this.#listeners.push(listener);
    const { port } = listener;
    const knownHosts = join(this.folder, `known-${port}`);
    await writeFile(knownHosts, `[127.0.0.1]:${port} ${this.hostKey.public}\n`);
    const settings = ['IdentitiesOnly=yes', 'BatchMode=yes', `UserKnownHostsFile=${knownHosts}`];
    const sshOptions = ['-F', 'none', ...settings.flatMap((each) => ['-o', each]), '-i', this.keyFile];
    const line = (args: readonly string[], command: readonly string[]): string[] => {
      return ['-p', String(port), ...sshOptions, ...args, `${user}@127.0.0.1`, ...command];
    };
    return {
      gateway,
      listener,
      port,
      knownHosts,
      options: sshOptions,
      ssh: (command, { args = [], ...rest } = {}) => run('ssh', line(args, command), rest),
      start: (command, args = [], env = {}) => new Started('ssh', line(args, command), env),
      commands: (operation) =>
        gateway.sessions.flatMap(({ commands }) => commands.filter(({ request }) => request.operation === operation)),
    };
  }

  /** Ends the listeners. */
  async closeGates(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close({ graceMillis: 0 })));
  }

  async stop(): Promise<void> {
    await this.closeGates();
    await this.sshd.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #identify(fingerprint: string): Identity {
    if (fingerprint !== this.#fingerprint)
      return { kind: 'unproven', method: 'ssh-key', credentialId: fingerprint, reason: 'credential_unknown' };
    const groups = ['developers'];
    return {
      kind: 'proven',
      subject: 'alice',
      groups,
      identityProvider: 'test',
      method: 'ssh-key',
      credentialId: fingerprint,
    };
  }
}

interface KeyPair {
  readonly private: string;
  readonly public: string;
}

function fingerprintOf(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

export const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** Asks again and again, until it holds. Rejects after 20 s. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds());) {
    if (Date.now() > end) throw new Error(`it did not come about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
