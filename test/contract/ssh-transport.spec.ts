import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newSshKeyPair } from '@inland/ssh-keys';
import ssh2, { type KexAlgorithm } from 'ssh2';
import { run, Started } from '../e2e/world/run-process.ts';
import { sshClients } from '../parts/ssh-clients.mjs';
import { sshPeers } from '../parts/ssh-peers.mjs';
import { startSshd, type Sshd } from '../parts/sshd.mjs';

/** What patches/ssh2@1.17.0 mends and adds below the channels, each against somebody else's SSH. */
const require = createRequire(import.meta.url);
const { REKEY_AFTER } = require('ssh2/lib/protocol/Protocol.js') as {
  readonly REKEY_AFTER: { bytes: number; millis: number };
};
const postQuantum = 'mlkem768x25519-sha256' as KexAlgorithm;
const gcm = { cipher: ['aes128-gcm@openssh.com'] } satisfies ssh2.Algorithms;
const MiB = 1024 * 1024;

let folder: string;
let sshd: Sshd;
let hostKey: { readonly private: string; readonly public: string };
let keys: { readonly ed25519: string; readonly rsa: string; readonly host: string };
let cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-ssh-transport-'));
  sshd = await startSshd();
  hostKey = newSshKeyPair();
  keys = { ed25519: join(folder, 'ed25519'), rsa: join(folder, 'rsa'), host: join(folder, 'host.pub') };
  for (const [type, file] of [
    ['ed25519', keys.ed25519],
    ['rsa', keys.rsa],
  ] as const)
    expect((await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file])).status).toBe(0);
  await writeFile(keys.host, `${hostKey.public}\n`);
}, 60_000);

afterEach(async () => {
  for (const each of cleanUp.toReversed()) await each();
  cleanUp = [];
});

afterAll(async () => {
  await sshd?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Heard {
  readonly port: number;
  readonly exchanges: string[];
  readonly signatures: string[];
  /** SHA-256 of what was sent to a command. */
  readonly inputs: string[];
}

/** Lets everybody in; `send N` sends so many MiB of the data, any other command takes its input. */
async function startServer(data: Buffer, kex?: readonly KexAlgorithm[]): Promise<Heard> {
  const heard = { exchanges: [] as string[], signatures: [] as string[], inputs: [] as string[] };
  const algorithms = { ...gcm, ...(kex === undefined ? {} : { kex: [...kex] }) };
  const server = new ssh2.Server({ hostKeys: [hostKey.private], algorithms }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('handshake', (negotiated) => heard.exchanges.push(negotiated.kex));
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      if (context.signature !== undefined) heard.signatures.push(`${context.key.algo} ${context.hashAlgo ?? ''}`);
      context.accept();
    });
    connection.on('session', (accept) =>
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        const hash = createHash('sha256');
        channel.on('data', (chunk: Buffer) => hash.update(chunk));
        channel.on('end', () => {
          heard.inputs.push(hash.digest('hex'));
          if (command === 'send') channel.write(data);
          channel.exit(0);
          channel.end();
        });
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, ...heard };
}

function ssh(
  port: number,
  key: string,
  command: string,
  args: readonly string[] = [],
  input: Buffer = Buffer.alloc(0),
) {
  const trust = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'IdentitiesOnly=yes'];
  const all = ['-F', 'none', '-v', '-o', 'BatchMode=yes', ...trust, '-i', key, '-p', String(port), ...args];
  return run('ssh', [...all, 'u@127.0.0.1', command], { input, millis: 60_000 });
}

async function connected(config: ssh2.ConnectConfig): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  cleanUp.push(() => client.destroy());
  client.connect({ algorithms: gcm, ...config });
  await once(client, 'ready');
  return client;
}

/** Runs a command with this input; gives its output. */
async function output(client: ssh2.Client, command: string, input: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
    client.exec(command, (error, opened) => (error === undefined ? resolve(opened) : reject(error))),
  );
  const chunks: Buffer[] = [];
  channel.on('data', (chunk: Buffer) => chunks.push(chunk));
  channel.end(input);
  await once(channel, 'close');
  return Buffer.concat(chunks);
}

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

function lowerRekeyLimit(bytes: number): void {
  const before = REKEY_AFTER.bytes;
  REKEY_AFTER.bytes = bytes;
  cleanUp.push(() => {
    REKEY_AFTER.bytes = before;
  });
}

describe('logging in', () => {
  it('has an RSA key of OpenSSH sign with SHA-512, and names neither SHA-1 nor DSA', async () => {
    const server = await startServer(Buffer.alloc(0));
    const { status, stderr } = await ssh(server.port, keys.rsa, 'true');
    expect({ status, signatures: server.signatures }).toEqual({ status: 0, signatures: ['ssh-rsa sha512'] });
    const told = /server-sig-algs=<([^>]*)>/.exec(stderr)?.[1]?.split(',') ?? [];
    expect(told).toContain('rsa-sha2-512');
    expect(told).toContain('ecdsa-sha2-nistp521');
    expect(told).not.toContain('ssh-rsa');
    expect(told).not.toContain('ssh-dss');
  }, 60_000);

  it('makes Ed25519 pairs of which all can be read', () => {
    for (let count = 0; count < 2_000; count += 1)
      expect(ssh2.utils.generateKeyPairSync('ed25519').public).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}$/);
  });
});

describe('the exchange that a quantum computer does not open', () => {
  it("is taken by Go's client, which checks the secret of both parts", async () => {
    const data = randomBytes(64 * 1024);
    const server = await startServer(data, [postQuantum]);
    const args = [`127.0.0.1:${server.port}`, 'u', keys.ed25519, keys.host, 'exec', 'take'];
    const ran = await run(sshClients().goClient, args, { input: data });
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(server.exchanges).toEqual([postQuantum]);
    expect(server.inputs).toEqual([sha256(data)]);
  }, 60_000);

  it("is made with Go's server, again and again", async () => {
    const server = new Started(sshPeers().goServer, [sshd.privateKeyFile, postQuantum]);
    cleanUp.push(() => server.child.kill());
    const port = Number((await server.said(/^\d+\n/)).trim());
    for (let count = 0; count < 20; count += 1) {
      const exchanges: string[] = [];
      const client = new ssh2.Client();
      cleanUp.push(() => client.destroy());
      client.on('handshake', (negotiated) => exchanges.push(negotiated.kex));
      client.connect({
        host: '127.0.0.1',
        port,
        username: 'u',
        password: 'p',
        algorithms: { ...gcm, kex: [postQuantum] },
      });
      await once(client, 'ready');
      expect((await output(client, `echo ${count}`)).toString()).toBe(`echo ${count}`);
      expect(exchanges).toEqual([postQuantum]);
      // Go may take the goodbye with a reset: no defect once all was exchanged.
      client.on('error', () => undefined);
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.end();
      await closed;
    }
  }, 60_000);
});

describe('new keys while data flows', () => {
  const data = randomBytes(6 * MiB);

  it('are asked for by the server, with OpenSSH, both ways', async () => {
    lowerRekeyLimit(MiB);
    const server = await startServer(data);
    const ran = await ssh(server.port, keys.ed25519, 'take', [], data);
    expect(ran.status).toBe(0);
    expect(server.inputs).toEqual([sha256(data)]);
    expect(server.exchanges.length).toBeGreaterThan(4);
    const file = join(folder, 'received');
    const sent = await run('sh', [
      '-c',
      `exec ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -i "$1" -p "$2" u@127.0.0.1 send </dev/null >"$3"`,
      'sh',
      keys.ed25519,
      String(server.port),
      file,
    ]);
    expect(sent).toMatchObject({ status: 0, stderr: '' });
    expect(sha256(await readFile(file))).toBe(sha256(data));
    expect(server.exchanges.length).toBeGreaterThan(9);
  }, 60_000);

  it('are asked for by OpenSSH', async () => {
    const server = await startServer(data);
    const ran = await ssh(server.port, keys.ed25519, 'take', ['-o', 'RekeyLimit=1M'], data);
    expect(ran.status).toBe(0);
    expect(server.inputs).toEqual([sha256(data)]);
    expect(server.exchanges.length).toBeGreaterThan(3);
  }, 60_000);

  it('are asked for by both at once', async () => {
    lowerRekeyLimit(512 * 1024);
    const server = await startServer(data);
    const ran = await ssh(server.port, keys.ed25519, 'take', ['-o', 'RekeyLimit=512K'], data);
    expect(ran.status).toBe(0);
    expect(server.inputs).toEqual([sha256(data)]);
  }, 60_000);

  it("are asked for by the client, with OpenSSH's server, both ways", async () => {
    lowerRekeyLimit(MiB);
    const { host, port, login: username, privateKey } = sshd;
    const client = await connected({ host, port, username, privateKey });
    let exchanges = 0;
    client.on('handshake', () => (exchanges += 1));
    expect(sha256(await output(client, 'cat', data))).toBe(sha256(data));
    expect(exchanges).toBeGreaterThan(3);
  }, 60_000);

  it('are asked for when they are old', async () => {
    const { host, port, login: username, privateKey } = sshd;
    const before = REKEY_AFTER.millis;
    REKEY_AFTER.millis = 0;
    cleanUp.push(() => {
      REKEY_AFTER.millis = before;
    });
    const client = await connected({ host, port, username, privateKey });
    const exchanged = once(client, 'handshake');
    REKEY_AFTER.millis = before; // the next ones are not old
    expect((await output(client, 'echo still here')).toString()).toBe('still here\n');
    await exchanged;
  }, 60_000);
});

describe('messages of no known type', () => {
  it('are answered: a ping with its data, another with its number', async () => {
    const server = await startServer(Buffer.alloc(0));
    const client = new ssh2.Client();
    cleanUp.push(() => client.destroy());
    client.connect({ host: '127.0.0.1', port: server.port, username: 'u', privateKey: hostKey.private });
    await once(client, 'ready');
    const handlers = require('ssh2/lib/protocol/handlers.js') as ((self: unknown, payload: Buffer) => void)[];
    const [PONG, UNIMPLEMENTED] = [193, 3];
    const before = [...handlers];
    cleanUp.push(() => Object.assign(handlers, before));
    const answers = new Promise<Buffer[]>((resolve) => {
      const heard: Buffer[] = [];
      const hear = (_self: unknown, payload: Buffer): void => {
        heard.push(Buffer.from(payload));
        if (heard.length === 2) resolve(heard);
      };
      handlers[PONG] = handlers[UNIMPLEMENTED] = hear;
    });
    const { _protocol: protocol } = client as unknown as {
      readonly _protocol: {
        readonly _cipher: { allocPacket(length: number): Buffer; encrypt(packet: Buffer): void; outSeqno: number };
      };
    };
    const send = (payload: Buffer): number => {
      const packet = protocol._cipher.allocPacket(payload.length);
      packet.set(payload, 5);
      const number = protocol._cipher.outSeqno;
      protocol._cipher.encrypt(packet);
      return number;
    };
    send(Buffer.from('\xc0\0\0\0\x04abcd', 'latin1'));
    const number = send(Buffer.from([250, 1, 2, 3]));
    const [pong, unimplemented] = await answers;
    expect(pong?.toString('latin1')).toBe('\xc1\0\0\0\x04abcd');
    expect(unimplemented?.readUInt32BE(1)).toBe(number);
  }, 60_000);
});

describe('packets that are written in one turn', () => {
  it('leave in one call', async () => {
    const server = await startServer(Buffer.alloc(0));
    const client = await connected({
      host: '127.0.0.1',
      port: server.port,
      username: 'u',
      privateKey: hostKey.private,
    });
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.exec('take', (error, opened) => (error === undefined ? resolve(opened) : reject(error))),
    );
    const { _sock: socket } = client as unknown as { readonly _sock: { _write: unknown; _writev: unknown } };
    let calls = 0;
    for (const name of ['_write', '_writev'] as const) {
      const original = socket[name] as (...args: unknown[]) => void;
      socket[name] = function write(...args: unknown[]): void {
        calls += 1;
        original.apply(this, args);
      };
    }
    channel.resume();
    for (let count = 0; count < 100; count += 1) channel.write('x');
    channel.end();
    await once(channel, 'close');
    expect(server.inputs).toEqual([sha256(Buffer.alloc(100, 'x'))]);
    expect(calls).toBeLessThan(10);
  }, 60_000);
});
