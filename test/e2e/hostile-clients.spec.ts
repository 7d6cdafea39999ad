import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let ports: readonly (readonly [name: string, port: number])[];

beforeAll(async () => {
  world = await startWorld();
  alice = new Clients(world, 'alice');
  const [first] = world.replicas;
  ports = [
    ['SSH', first?.sshPort ?? 0],
    ['PostgreSQL', first?.postgresPort ?? 0],
    ['HTTP', world.httpPort],
  ];
}, 180_000);
afterAll(() => world?.stop(), 60_000);

async function honestOnesAreServed(): Promise<void> {
  const [ssh, psql, targets] = await Promise.all([
    alice.ssh('deploy@build-eu', ['echo served']),
    alice.psql('app@orders-eu', ['-Atc', `SELECT 'served'`]),
    alice.inland('targets'),
  ]);
  expect([ssh.stdout, psql.stdout, targets.status]).toEqual(['served\n', 'served\n', 0]);
}

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

describe('hostile clients', () => {
  it('who send garbage are cut off, each alone', async () => {
    const long = Buffer.alloc(200_000, 'A');
    const garbage = [randomBytes(4096), Buffer.from('\0\0\0\0'), long, Buffer.from('SSH-2.0-x\r\n\xff\xff\xff\xff')];
    for (const [, port] of ports)
      for (const bytes of garbage) {
        const socket = open(port);
        const closed = new Promise((resolve) => socket.once('close', resolve)); // by a reset, or by its end
        socket.end(bytes);
        await closed;
      }
    await honestOnesAreServed();
  }, 60_000);

  it('who never finish their handshake keep nobody out, 200 on each port', async () => {
    const sockets = ports.flatMap(([, port]) => Array.from({ length: 200 }, () => open(port)));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await honestOnesAreServed();
    for (const socket of sockets) socket.destroy();
  }, 60_000);
});
