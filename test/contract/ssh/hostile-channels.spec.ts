import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';
import { SshWorld, user, type Gate } from './ssh-world.ts';

let world: SshWorld;

beforeAll(async () => {
  world = await SshWorld.start();
}, 60_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

/** What a client library keeps to itself, and a hostile client does with it as it likes. */
interface Raw {
  readonly _protocol: {
    session(channel: number, window: number, packetSize: number): void;
    channelData(channel: number, data: Buffer): void;
    channelClose(channel: number): void;
    directTcpip(channel: number, window: number, packetSize: number, place: object): void;
  };
  readonly _chanMgr: { add(opened: (error?: Error) => void): number };
}

async function connected(gate: Gate): Promise<ssh2.Client & Raw> {
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port: gate.port, username: user, privateKey: await readFile(world.keyFile) });
  await once(client, 'ready');
  return client as ssh2.Client & Raw;
}

describe('a client that lies about its channels', () => {
  it.each([0, 1, 255])('ends alone when its packets may hold %d bytes', async (bytes) => {
    const gate = await world.gate();
    const client = await connected(gate);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client._protocol.session(0, 2 ** 21, bytes);
    await closed;
    expect(await gate.ssh(['echo fine'])).toMatchObject({ stdout: 'fine\n' });
  });

  it('ends alone when it sends beyond its window', async () => {
    const gate = await world.gate();
    const client = await connected(gate);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      client.exec('sleep 60', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    const { id } = channel.outgoing as { readonly id: number };
    for (let count = 0; count < 1000; count += 1) client._protocol.channelData(id, Buffer.alloc(32_000));
    await closed;
    expect(await gate.ssh(['echo fine'])).toMatchObject({ stdout: 'fine\n' });
  });

  it('ends alone when it closes what is not open', async () => {
    const gate = await world.gate();
    const client = await connected(gate);
    client._protocol.channelClose(77);
    client._protocol.channelData(4_000_000_000, Buffer.from('x'));
    expect(await gate.ssh(['echo fine'])).toMatchObject({ stdout: 'fine\n' });
    client.end();
  });

  it('has at most 100 connections forwarded, and is told so', async () => {
    const gate = await world.gate({ forwards: ['ssh.forward-local'] });
    const client = await connected(gate);
    const results = await Promise.all(
      Array.from({ length: 130 }, () => {
        return new Promise<string>((resolve) => {
          client.forwardOut('127.0.0.1', 1, '127.0.0.1', world.sshd.port, (error) => resolve(error?.message ?? 'open'));
        });
      }),
    );
    expect(results.filter((result) => result === 'open')).toHaveLength(100);
    expect(new Set(results.slice(100))).toEqual(
      new Set([
        '(SSH) Channel open failure: Inland carries at most 100 forwarded connections for one client at a time',
      ]),
    );
    client.end();
    await gate.gateway.last.closed;
    expect(gate.commands('ssh.forward-local').every(({ result }) => result !== undefined)).toBe(true);
  });
});
