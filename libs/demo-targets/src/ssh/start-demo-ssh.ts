import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { Fault } from '@inland/kernel';
import ssh2, { type AuthContext, type CipherAlgorithm, type Connection, type ParsedKey } from 'ssh2';
import { makeDemoHome } from './demo-home.ts';
import { demoHostKey } from './demo-host-key.ts';
import { serveDemoSession } from './demo-session.ts';

export interface DemoSshOptions {
  /** Keeps the host key and, in `files`, the home folder of every login. */
  readonly folder: string;
  /** 0: a free one. */
  readonly port: number;
  /** The only key that is let in, in authorized_keys form; any login name is. */
  readonly authorizedKey: string;
}

export interface DemoSsh {
  readonly host: string;
  readonly port: number;
  /** In authorized_keys form without comment. */
  readonly hostKeyLine: string;
  stop(): Promise<void>;
}

/** Without ChaCha20-Poly1305, which ssh2 1.17 cannot do with the OpenSSL of Node 24. */
const cipher: CipherAlgorithm[] = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'];

/**
 * Starts an SSH server on the loopback interface that needs nothing of the machine but `/bin/sh`: commands, shells,
 * terminals and SFTP, all as the user who runs it. Faults with `misconfigured` when the port cannot be had.
 */
export async function startDemoSsh({ folder, port, authorizedKey }: DemoSshOptions): Promise<DemoSsh> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const home = makeDemoHome(folder);
  const hostKey = demoHostKey(folder);
  const allowed = parseAuthorizedKey(authorizedKey);
  const open = new Set<Connection>();
  const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey], algorithms: { cipher } }, (connection) => {
    open.add(connection);
    let login = '';
    connection.on('error', () => undefined);
    connection.on('close', () => open.delete(connection));
    connection.on('authentication', (context) => {
      login = context.username;
      if (proves(context, allowed)) context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept) => serveDemoSession(accept(), login, home));
  });
  // Without delay: else each small answer waits 40 ms for the client's acknowledgement of the one before.
  const server = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));
  const host = '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Fault('misconfigured', `the demo SSH server cannot listen on ${host}:${port} (${error.code})`)),
    );
    server.listen(port, host, resolve);
  });
  server.on('error', () => undefined);
  return {
    host,
    port: (server.address() as AddressInfo).port,
    hostKeyLine: hostKey.line,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of open) connection.end();
      }),
  };
}

function parseAuthorizedKey(line: string): ParsedKey {
  const key = ssh2.utils.parseKey(line);
  if (key instanceof Error) throw new Fault('invalid_argument', 'the authorized key cannot be read', { cause: key });
  return Array.isArray(key) ? (key[0] as ParsedKey) : key;
}

function proves(context: AuthContext, allowed: ParsedKey): boolean {
  if (context.method !== 'publickey' || !context.key.data.equals(allowed.getPublicSSH())) return false;
  if (context.signature === undefined || context.blob === undefined) return true; // asks whether to sign
  return allowed.verify(context.blob, context.signature, context.hashAlgo) === true;
}
