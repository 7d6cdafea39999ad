import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import { run } from '../../e2e/world/run-process.ts';
import { sha256, SshWorld, until, user } from './ssh-world.ts';

let world: SshWorld;
/** Says all that it was told again, and its SHA-256, once the other side has ended. */
let echo: Server;
let echoPort: number;

beforeAll(async () => {
  world = await SshWorld.start();
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    const hash = createHash('sha256');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      if (!socket.write(chunk)) socket.pause();
    });
    socket.on('drain', () => socket.resume());
    socket.on('end', () => socket.end(`\n${hash.digest('hex')}`));
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  echoPort = (echo.address() as AddressInfo).port;
}, 60_000);

afterEach(() => world.closeGates());
afterAll(async () => {
  echo?.close();
  await world?.stop();
});

const granted = { forwards: ['ssh.forward-local', 'ssh.forward-socket'] };

function connectTo(where: number | string): Socket {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
  socket.on('error', () => undefined);
  return socket;
}

function isListening(port: number): Promise<boolean> {
  const socket = connectTo(port);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function exchange(socket: Socket, data: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(data); // half-close: the answer is still to come
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks);
}

describe('a connection that a client has its target open', () => {
  it('carries bytes both ways unchanged, each direction ends by itself, and the record has both', async () => {
    const gate = await world.gate(granted);
    const data = randomBytes(3_000_000);
    const ran = await run(
      'ssh',
      ['-p', String(gate.port), ...gate.options, '-W', `127.0.0.1:${echoPort}`, `${user}@127.0.0.1`],
      { input: data.toString('hex') },
    );
    const sent = data.toString('hex');
    expect(ran.status).toBe(0);
    expect(sha256(ran.stdout)).toBe(sha256(`${sent}\n${sha256(sent)}`));
    const [command] = gate.commands('ssh.forward-local');
    expect(command?.request).toEqual({
      operation: 'ssh.forward-local',
      text: `127.0.0.1:${echoPort}`,
      destination: { host: '127.0.0.1', port: echoPort },
    });
    expect(command?.summarised.get(StreamKind.INPUT)).toBe(sent.length);
    expect(command?.summarised.get(StreamKind.OUTPUT)).toBe(sent.length + 65);
    expect(command?.result).toEqual({ status: '' });
    expect(await gate.gateway.last.closed).toEqual({ ending: 'completed', reason: 'client_closed' });
  });

  it('is many at a time through -L', async () => {
    const gate = await world.gate(granted);
    const port = await freePort();
    const ssh = gate.start([], ['-N', '-o', 'ExitOnForwardFailure=yes', '-L', `${port}:localhost:${echoPort}`]);
    await until(() => isListening(port), 'ssh listens');
    const data = Array.from({ length: 30 }, () => randomBytes(200_000));
    const answers = await Promise.all(data.map((each) => exchange(connectTo(port), each)));
    expect(answers.map(sha256)).toEqual(
      data.map((each) => sha256(Buffer.concat([each, Buffer.from(`\n${sha256(each)}`)]))),
    );
    await ssh.stop();
    await gate.gateway.last.closed;
    const commands = gate.commands('ssh.forward-local').filter(({ summarisedBytes }) => summarisedBytes > 65);
    expect(commands).toHaveLength(30);
    expect(new Set(commands.map(({ request }) => request.text))).toEqual(new Set([`localhost:${echoPort}`]));
    expect(commands.every(({ result }) => result !== undefined)).toBe(true);
  });

  it('is where a SOCKS client wants it through -D', async () => {
    const gate = await world.gate(granted);
    const port = await freePort();
    const ssh = gate.start(['echo up; cat'], ['-D', String(port)]);
    await ssh.said('up');
    const curl = await run('curl', [
      '-sS',
      '--socks5-hostname',
      `127.0.0.1:${port}`,
      '--http0.9',
      '--max-time',
      '1',
      '-d',
      'posted',
      `http://localhost:${echoPort}/`,
    ]);
    expect(curl.stdout + curl.stderr).toContain('POST / HTTP/1.1');
    expect(gate.commands('ssh.forward-local')[0]?.request.destination).toEqual({ host: 'localhost', port: echoPort });
    ssh.child.stdin?.end();
    await ssh.end();
  });

  it('may lead to a socket', async () => {
    const gate = await world.gate(granted);
    const path = join(world.folder, 'echo.sock');
    const server = createServer((socket) => socket.pipe(socket)).listen(path);
    await once(server, 'listening');
    const local = join(world.folder, 'local.sock');
    const ssh = gate.start(['echo up; cat'], ['-L', `${local}:${path}`]);
    await ssh.said('up');
    expect((await exchange(connectTo(local), Buffer.from('by socket'))).toString()).toBe('by socket');
    expect(gate.commands('ssh.forward-socket')[0]?.request).toEqual({ operation: 'ssh.forward-socket', text: path });
    ssh.child.stdin?.end();
    await ssh.end();
    server.close();
  });

  it('leads to another host as ProxyJump', async () => {
    const gate = await world.gate(granted);
    const { sshd, folder } = world;
    const config = join(folder, `jump-${gate.port}`);
    await writeFile(
      config,
      [
        'Host jump',
        '  HostName 127.0.0.1',
        `  Port ${gate.port}`,
        `  User ${user}`,
        `  IdentityFile ${world.keyFile}`,
        'Host other',
        '  HostName 127.0.0.1',
        `  Port ${sshd.port}`,
        `  User ${sshd.login}`,
        `  IdentityFile ${sshd.privateKeyFile}`,
        '  ProxyJump jump',
        'Host *',
        '  IdentitiesOnly yes',
        '  BatchMode yes',
        '  StrictHostKeyChecking accept-new',
        `  UserKnownHostsFile ${config}.known`,
        '',
      ].join('\n'),
    );
    const ran = await run('ssh', ['-F', config, 'other', 'echo through; exit 3']);
    expect(ran).toMatchObject({ status: 3, stdout: 'through\n' });
    expect(gate.commands('ssh.forward-local')[0]?.request.text).toBe(`127.0.0.1:${sshd.port}`);
  });

  it('is refused without a grant that names it, and the person sees why', async () => {
    const gate = await world.gate();
    const ran = await gate.ssh([], { args: ['-W', `127.0.0.1:${echoPort}`] });
    expect(ran.status).toBe(255);
    expect(ran.stderr).toMatch(
      /open failed: administratively prohibited: Inland refused this: no grant of yours names ssh\.forward-local\. \(rule ResidencyPolicy\/test\) \[operation_forbidden\], request request-1/,
    );
    const local = join(world.folder, 'refused.sock');
    const ssh = gate.start(['echo up; cat'], ['-L', `${local}:/run/some.sock`]);
    await ssh.said('up');
    expect((await exchange(connectTo(local), Buffer.from('x'))).length).toBe(0);
    await ssh.said(/administratively prohibited: .*no grant of yours names ssh\.forward-socket/);
    ssh.child.stdin?.end();
    await ssh.end();
  });

  it('fails as it does without Inland when nobody listens there', async () => {
    const gate = await world.gate(granted);
    const ran = await gate.ssh([], { args: ['-W', `127.0.0.1:${await freePort()}`] });
    expect(ran.status).toBe(255);
    expect(ran.stderr).toMatch(/open failed: connect failed: Connection refused/);
    expect(gate.commands('ssh.forward-local')[0]?.result).toEqual({ status: 'target_channel_refused' });
  });

  it('ends when its client does', async () => {
    const gate = await world.gate(granted);
    const ended = once(echo, 'connection').then(([socket]) => once(socket as Socket, 'close'));
    const ssh = gate.start([], ['-W', `127.0.0.1:${echoPort}`]);
    ssh.type('hello');
    await ssh.said('hello');
    await ssh.stop('SIGKILL');
    await ended;
    expect(await gate.gateway.last.closed).toEqual({ ending: 'completed', reason: 'client_closed' });
    expect(gate.commands('ssh.forward-local')[0]?.result).toBeDefined();
  });
});
