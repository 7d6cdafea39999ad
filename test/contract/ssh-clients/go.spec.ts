import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, type Ran, type RunOptions } from '../../e2e/world/run-process.ts';
import { sshClients } from '../../parts/ssh-clients.mjs';
import { SshWorld, user, type Gate } from '../ssh/ssh-world.ts';

let world: SshWorld;
let goClient: string;

beforeAll(async () => {
  ({ goClient } = sshClients());
  world = await SshWorld.start();
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

const go = (gate: Gate, what: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(goClient, [`127.0.0.1:${gate.port}`, user, world.keyFile, world.hostKeyFile, ...what], options);

describe("Go's x/crypto/ssh", () => {
  it('runs a command: output, errors apart, input, exit status', async () => {
    const gate = await world.gate();
    const ran = await go(gate, ['exec', 'cat; echo err >&2; exit 7'], { input: 'given' });
    expect(ran).toEqual({ status: 7, stdout: 'given', stderr: 'err\n' });
  });

  it('runs 50 at once on one connection', async () => {
    const gate = await world.gate();
    expect(await go(gate, ['many', '50', 'echo'])).toMatchObject({ stdout: 'succeeded 50\n' });
  });

  it('exchanges keys anew in mid-stream', async () => {
    const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
    const ran = await go(gate, ['exec', 'head -c 20000000 /dev/zero | tr "\\0" x'], {
      env: { REKEY_BYTES: '1000000' },
    });
    expect([ran.status, ran.stdout.length]).toEqual([0, 20_000_000]);
  });

  it('connects through the target where that is granted', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const granted = await world.gate({ forwards: ['ssh.forward-local'] });
    expect(await go(granted, ['dial', place], { input: 'there and back' })).toMatchObject({ stdout: 'there and back' });
    const refused = await world.gate();
    const ran = await go(refused, ['dial', place]);
    expect(ran.status).toBe(255);
    expect(ran.stderr).toMatch(/administratively prohibited.*no grant of yours names ssh\.forward-local/);
    server.close();
  });
});
