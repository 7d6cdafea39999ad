import { once } from 'node:events';
import { mkdir, writeFile, chmod } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, Started } from '../../e2e/world/run-process.ts';
import { SshWorld, until } from './ssh-world.ts';

let world: SshWorld;
let agent: Started;
let agentSocket: string;

beforeAll(async () => {
  world = await SshWorld.start();
  agentSocket = join(world.folder, 'agent.sock');
  agent = new Started('ssh-agent', ['-D', '-a', agentSocket]);
  await agent.said('SSH_AUTH_SOCK');
  expect(await run('ssh-add', ['-q', world.keyFile], { env: { SSH_AUTH_SOCK: agentSocket } })).toMatchObject({
    status: 0,
  });
}, 60_000);

afterEach(() => world.closeGates());
afterAll(async () => {
  await agent?.stop();
  await world?.stop();
});

describe("a client's agent", () => {
  it('can be used at the target, and each use is in the record', async () => {
    const gate = await world.gate({ forwards: ['ssh.forward-agent'] });
    const ran = await gate.ssh(['ssh-add -l'], { args: ['-A'], env: { SSH_AUTH_SOCK: agentSocket } });
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/^256 SHA256:/), stderr: '' });
    await gate.gateway.last.closed;
    const commands = gate.commands('ssh.forward-agent');
    expect(commands).toHaveLength(2); // that it may be, and its use
    expect(commands[1]?.summarisedBytes).toBeGreaterThan(0);
    expect(commands.every(({ result }) => result !== undefined)).toBe(true);
  });

  it('is not forwarded without a grant that names it, and what runs says why', async () => {
    const gate = await world.gate();
    const ran = await gate.ssh(['echo "agent:$SSH_AUTH_SOCK"'], { args: ['-A'], env: { SSH_AUTH_SOCK: agentSocket } });
    expect(ran).toMatchObject({ status: 0, stdout: 'agent:\n' });
    expect(ran.stderr).toContain(
      'Your agent is not forwarded. Inland refused this: no grant of yours names ssh.forward-agent.',
    );
  });
});

describe("a client's X11 display", () => {
  const cookie = 'fedcba98765432100123456789abcdef';

  async function display(): Promise<{
    readonly env: Record<string, string>;
    readonly connected: Promise<Buffer>;
    close(): void;
  }> {
    // OpenSSH asks xauth for the cookie, and connects to the socket of the display.
    const xauth = join(world.folder, 'xauth');
    await writeFile(xauth, `#!/bin/sh\necho 'unix:77  MIT-MAGIC-COOKIE-1  ${cookie}'\n`);
    await chmod(xauth, 0o755);
    await mkdir('/tmp/.X11-unix', { recursive: true, mode: 0o1777 });
    const server = createServer();
    let number = 77;
    for (; ; number += 1) {
      const listening = once(server.listen(`/tmp/.X11-unix/X${number}`), 'listening').then(
        () => true,
        () => false,
      );
      if (await listening) break;
    }
    const connected = once(server, 'connection').then(async ([socket]) => {
      const [first] = await once(socket as Socket, 'data');
      (socket as Socket).end('answer of the display');
      return first as Buffer;
    });
    return { env: { DISPLAY: `:${number}`, HOME: world.folder }, connected, close: () => server.close() };
  }

  it('can be reached from the target, with the right cookie', async () => {
    const gate = await world.gate({ forwards: ['ssh.forward-x11'] });
    const x = await display();
    const ssh = gate.start(
      ['echo "display:$DISPLAY:"; cat'],
      ['-X', '-o', `XAuthLocation=${join(world.folder, 'xauth')}`, '-o', 'ForwardX11Trusted=yes'],
      x.env,
    );
    const shown = /display:(?:localhost|127\.0\.0\.1):(\d+)/.exec(await ssh.said(/display:.*:/));
    expect(shown).not.toBeNull();
    // The first message of an X client: byte order, version, and the cookie that stands for the real one.
    const fake = gate.commands('ssh.forward-x11');
    expect(fake).toHaveLength(1);
    const socket = connect(6000 + Number(shown?.[1]), '127.0.0.1');
    await once(socket, 'connect');
    const hello = Buffer.alloc(12);
    hello.write('l');
    hello.writeUInt16LE(11, 2);
    hello.writeUInt16LE(18, 6);
    hello.writeUInt16LE(16, 8);
    socket.end(Buffer.concat([hello, Buffer.from('MIT-MAGIC-COOKIE-1\0\0'), Buffer.alloc(16)]));
    await once(socket.resume(), 'close');
    // With a wrong cookie OpenSSH itself lets nobody at the display: the channel came to the client, and was closed.
    await until(() => gate.commands('ssh.forward-x11')[1]?.result !== undefined, 'the use is in the record');
    ssh.child.stdin?.end();
    await ssh.end();
    expect(ssh.output).toMatch(
      /X11 (auth data does not match fake data|connection (rejected|uses different authentication))/,
    );
    x.close();
  });

  it('is not forwarded without a grant that names it, and the client knows', async () => {
    const gate = await world.gate();
    const x = await display();
    const ssh = gate.start(
      ['echo "display:$DISPLAY:"'],
      ['-X', '-o', `XAuthLocation=${join(world.folder, 'xauth')}`, '-o', 'ForwardX11Trusted=yes'],
      x.env,
    );
    expect(await ssh.end()).toBe(0);
    expect(ssh.output).toContain('X11 forwarding request failed on channel 0');
    expect(ssh.output).toContain('X11 is not forwarded. Inland refused this: no grant of yours names ssh.forward-x11.');
    expect(ssh.output).toContain('display::');
    x.close();
  });
});
