import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import { run } from '../../e2e/world/run-process.ts';
import { SshWorld, until } from './ssh-world.ts';

let world: SshWorld;
let echo: Server;
let echoPort: number;

beforeAll(async () => {
  world = await SshWorld.start();
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  echoPort = (echo.address() as AddressInfo).port;
}, 60_000);

afterEach(() => world.closeGates());
afterAll(async () => {
  echo?.close();
  await world?.stop();
});

const granted = { forwards: ['ssh.forward-remote', 'ssh.forward-socket'] };

async function exchange(where: number | string, data: Buffer): Promise<Buffer> {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(data);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks);
}

const allocated = /Allocated port (\d+) for remote forward/;

describe('a port that a target listens on for a client', () => {
  it('is told when the target chose it, carries what connects there, and ends with the client', async () => {
    const gate = await world.gate(granted);
    const ssh = gate.start(['echo up; cat'], ['-R', `0:127.0.0.1:${echoPort}`]);
    await ssh.said('up');
    const port = Number(allocated.exec(await ssh.said(allocated))?.[1]);
    const data = randomBytes(1_000_000);
    expect((await exchange(port, data)).equals(data)).toBe(true);
    await until(() => gate.commands('ssh.forward-remote')[1]?.result !== undefined, 'the connection is recorded');
    const [listening, connection] = gate.commands('ssh.forward-remote');
    expect(listening?.request).toMatchObject({ text: 'localhost:0', destination: { host: 'localhost', port: 0 } });
    expect(listening?.result).toBeUndefined(); // it still listens
    expect(connection?.request).toMatchObject({ text: `localhost:${port}`, destination: { host: '127.0.0.1' } });
    expect(connection?.summarised.get(StreamKind.INPUT)).toBe(data.length);
    expect(connection?.summarised.get(StreamKind.OUTPUT)).toBe(data.length);
    ssh.child.stdin?.end();
    await ssh.end();
    await gate.gateway.last.closed;
    expect(listening?.result).toEqual({ status: 'client_closed' });
    await until(async () => (await exchange(port, Buffer.from('x'))).length === 0, 'nobody listens any more');
  });

  it('may be given up, and another one may be had', async () => {
    const gate = await world.gate(granted);
    const control = ['-o', `ControlPath=${join(world.folder, 'control')}`];
    const ssh = gate.start(['echo up; cat'], ['-o', 'ControlMaster=yes', ...control]);
    await ssh.said('up');
    const forward = async (command: string, what: string): Promise<string> => {
      const ran = await run('ssh', ['-O', command, ...control, '-R', what, 'x@127.0.0.1']);
      expect(ran.stderr).toBe('');
      return ran.stdout.trim();
    };
    const port = await forward('forward', `0:127.0.0.1:${echoPort}`);
    expect((await exchange(Number(port), Buffer.from('once'))).toString()).toBe('once');
    await forward('cancel', `0:127.0.0.1:${echoPort}`);
    await until(() => gate.commands('ssh.forward-remote')[0]?.result !== undefined, 'the listening is over');
    expect(gate.commands('ssh.forward-remote')[0]?.result).toEqual({});
    const other = await forward('forward', `0:127.0.0.1:${echoPort}`);
    expect((await exchange(Number(other), Buffer.from('twice'))).toString()).toBe('twice');
    ssh.child.stdin?.end();
    await ssh.end();
  });

  it('may be a socket', async () => {
    const gate = await world.gate(granted);
    const path = join(world.folder, 'remote.sock');
    const ssh = gate.start(['echo up; cat'], ['-R', `${path}:127.0.0.1:${echoPort}`]);
    await ssh.said('up');
    expect((await exchange(path, Buffer.from('by socket'))).toString()).toBe('by socket');
    expect(gate.commands('ssh.forward-socket').map(({ request }) => request.text)).toEqual([path, path]);
    ssh.child.stdin?.end();
    await ssh.end();
  });

  it('is refused without a grant that names it, and what runs says why', async () => {
    const gate = await world.gate();
    const ran = await gate.ssh(['echo still runs'], { args: ['-R', `0:127.0.0.1:${echoPort}`] });
    expect(ran).toMatchObject({ status: 0, stdout: 'still runs\n' });
    expect(ran.stderr).toContain('remote port forwarding failed for listen port 0');
    expect(ran.stderr).toContain(
      'Nothing listens on localhost:0 at the target. Inland refused this: no grant of yours names ssh.forward-remote.',
    );
    const alone = await gate.ssh([], {
      args: ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', `0:127.0.0.1:${echoPort}`],
    });
    expect(alone.status).toBe(255);
  });

  it('is a place of its own: everywhere is told as that to the rules', async () => {
    const gate = await world.gate(granted);
    await gate.ssh(['true'], { args: ['-R', `*:0:127.0.0.1:${echoPort}`] });
    expect(gate.commands('ssh.forward-remote')[0]?.request).toEqual({
      operation: 'ssh.forward-remote',
      text: '*:0',
      destination: { host: '*', port: 0 },
    });
  });
});
