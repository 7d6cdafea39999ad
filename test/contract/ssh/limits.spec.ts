import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, Started } from '../../e2e/world/run-process.ts';
import { SshWorld, until, user } from './ssh-world.ts';

let world: SshWorld;

beforeAll(async () => {
  world = await SshWorld.start();
}, 60_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

const timeOver = (requestId: string) => ({
  code: 'session_time_over',
  rule: 'AccessGrant/developers',
  message: 'the time that the rule allows for a session is over.',
  requestId,
});

describe('the end of a session that a limit brings', () => {
  it('is announced on the terminal, and the shell lives on', async () => {
    const gate = await world.gate();
    const shell = gate.start([], ['-tt']);
    await shell.said(/[#$] $/);
    gate.gateway.last.warn('this session ends in a minute.');
    await shell.said('\r\nInland: this session ends in a minute.\r\n');
    shell.type('echo $((40 + 2))\r');
    await shell.said('42');
    gate.gateway.last.end(timeOver('request-1'));
    await shell.said('Inland refused this: the time that the rule allows for a session is over.');
    await shell.end();
    expect(await gate.gateway.last.closed).toEqual({ ending: 'aborted', reason: 'session_time_over' });
  });

  it('is announced on the standard error of a command, and not in its output', async () => {
    const gate = await world.gate();
    const ssh = gate.start(['echo up; cat']);
    let output = '';
    ssh.child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await ssh.said('up');
    gate.gateway.last.warn('this session ends in a minute.');
    await ssh.said('Inland: this session ends in a minute.\n');
    ssh.type('typed\n');
    await ssh.said('typed');
    gate.gateway.last.end(timeOver('request-1'));
    await ssh.said('[session_time_over]');
    expect(await ssh.end()).toBe(77);
    expect(output).toBe('up\ntyped\n');
  });

  it('ends what is forwarded too', async () => {
    const gate = await world.gate({ forwards: ['ssh.forward-local'] });
    const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ssh = gate.start([], ['-W', `127.0.0.1:${(server.address() as AddressInfo).port}`]);
    ssh.type('hello');
    await ssh.said('hello');
    gate.gateway.last.end(timeOver('request-1'));
    await ssh.end();
    await gate.gateway.last.closed;
    expect(gate.commands('ssh.forward-local')[0]?.result).toBeDefined();
    server.close();
  });
});

describe('a listener that is closed', () => {
  it('takes nobody new, lets what runs run, and tells nobody off before the grace time is over', async () => {
    const gate = await world.gate();
    const ssh = gate.start(['echo up; cat']);
    await ssh.said('up');
    const closed = gate.listener.close({ graceMillis: 20_000 });
    const late = await gate.ssh(['true']);
    expect(late.status).toBe(255);
    expect(late.stderr).toContain('Connection refused');
    ssh.type('still here\n');
    await ssh.said('still here');
    ssh.child.stdin?.end();
    expect(await ssh.end()).toBe(0);
    await closed;
    expect(ssh.output).toBe('up\nstill here\n');
    expect(await gate.gateway.last.closed).toEqual({ ending: 'completed', reason: 'client_closed' });
  });

  it('tells who is left when the grace time is over, and ends them', async () => {
    const gate = await world.gate();
    const ssh = gate.start(['echo up; cat']);
    await ssh.said('up');
    await gate.listener.close({ graceMillis: 300 });
    expect(await ssh.end()).toBe(77);
    expect(ssh.output).toContain('[gateway_stopping]');
  });
});

describe('a client that is gone without a word', () => {
  it('is noticed, and what ran for it ends', async () => {
    const gate = await world.gate({ limits: { keepaliveMillis: 100 } });
    // Between them a relay that falls silent and leaves both connections open.
    const sockets: Socket[] = [];
    const relay = createServer((socket) => {
      const onward = connect(gate.port, '127.0.0.1');
      for (const each of [socket, onward]) each.on('error', () => undefined);
      sockets.push(socket, onward);
      socket.on('data', (chunk) => onward.write(chunk));
      onward.on('data', (chunk) => socket.write(chunk));
    }).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const { port } = relay.address() as AddressInfo;
    const ssh = new Started('ssh', [
      '-p',
      String(port),
      ...gate.options,
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      `UserKnownHostsFile=${join(world.folder, 'silent')}`,
      `${user}@127.0.0.1`,
      'echo up; cat',
    ]);
    await ssh.said('up');
    for (const socket of sockets) socket.removeAllListeners('data').resume();
    expect(await gate.gateway.last.closed).toMatchObject({ ending: 'completed' });
    expect(gate.commands('ssh.exec')[0]?.result).toBeDefined();
    await ssh.stop('SIGKILL');
    for (const socket of sockets) socket.destroy();
    relay.close();
  });

  it('is told apart from one that is only idle', async () => {
    const gate = await world.gate({ limits: { keepaliveMillis: 50 } });
    const ssh = gate.start(['echo up; cat']);
    await ssh.said('up');
    await run('sleep', ['1']);
    await until(() => !ssh.ended, 'it lives');
    ssh.type('still here\n');
    await ssh.said('still here');
    ssh.child.stdin?.end();
    expect(await ssh.end()).toBe(0);
  });
});
