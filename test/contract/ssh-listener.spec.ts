import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import { StreamMasker } from '@inland/masking';
import { SshListener, type Identity, type ResolvedTarget } from '@inland/proxy';
import { newSshKeyPair } from '@inland/ssh-keys';
import ssh2 from 'ssh2';
import { run, Started, type Ran, type RunOptions } from '../e2e/world/run-process.ts';
import { startSshd, type Sshd } from '../parts/sshd.mjs';
import { FakeGateway, type FakeGatewayOptions, type FakeSession } from './fake-gateway.ts';

const detectors = ['email', 'card', 'iban'];
const refusedExitStatus = 77;

let folder: string;
let sshd: Sshd;
let target: ResolvedTarget;
let hostKey: { readonly private: string; readonly public: string };
let aliceKey: string;
let strangerKey: string;
const alicesFingerprints = new Set<string>();
let cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-ssh-'));
  sshd = await startSshd();
  hostKey = newSshKeyPair();
  const alice = newSshKeyPair();
  aliceKey = join(folder, 'alice');
  strangerKey = join(folder, 'stranger');
  await writeFile(aliceKey, alice.private, { mode: 0o600 });
  await writeFile(strangerKey, newSshKeyPair().private, { mode: 0o600 });
  alicesFingerprints.add(fingerprintOf(alice.public));
  target = {
    name: 'build-eu',
    region: 'aws:eu-central-1',
    host: sshd.host,
    port: sshd.port,
    login: { name: sshd.login, privateKey: sshd.privateKey },
    hostKeys: [sshd.hostKeyLine],
    tls: { mode: 'disable' },
  };
}, 60_000);

afterAll(async () => {
  await sshd?.stop();
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const each of cleanUp.toReversed()) await each();
  cleanUp = [];
});

interface Gate {
  readonly gateway: FakeGateway;
  readonly port: number;
  readonly options: readonly string[];
  readonly warnings: readonly string[];
  ssh(command: readonly string[], options?: RunOptions & { readonly args?: readonly string[] }): Promise<Ran>;
}

async function start(
  options: Partial<FakeGatewayOptions> = {},
  limits: {
    readonly handshakeMillis?: number;
    readonly unauthenticatedMax?: number;
    readonly recordedBytesMax?: number;
  } = {},
): Promise<Gate> {
  const gateway = new FakeGateway({ targets: { 'build-eu': target }, ...options });
  const warnings: string[] = [];
  const listener = new SshListener({
    gateway,
    identify: async ({ fingerprint }): Promise<Identity> =>
      alicesFingerprints.has(fingerprint)
        ? {
            kind: 'proven',
            subject: 'alice',
            groups: ['developers'],
            identityProvider: 'test',
            method: 'ssh-key',
            credentialId: fingerprint,
          }
        : { kind: 'unproven', method: 'ssh-key', credentialId: fingerprint, reason: 'credential_unknown' },
    hostKeys: [hostKey.private],
    host: '127.0.0.1',
    port: 0,
    limits: { unauthenticatedMax: 100, handshakeMillis: 10_000, ...limits },
    createMasker: (wanted) => new StreamMasker(wanted),
    logger: { warn: (message) => warnings.push(message) },
  });
  await listener.listen();
  cleanUp.push(() => listener.close({ graceMillis: 0 }));
  const { port } = listener;
  const knownHosts = join(folder, `known-${port}`);
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${hostKey.public}\n`);
  const common = [
    '-F',
    'none',
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'BatchMode=yes',
    '-o',
    `UserKnownHostsFile=${knownHosts}`,
  ];
  const sshOptions = [...common, '-i', aliceKey];
  const ssh: Gate['ssh'] = (command, { args = [], ...rest } = {}) =>
    run('ssh', ['-p', String(port), ...sshOptions, ...args, 'deploy@build-eu@127.0.0.1', ...command], rest);
  return { gateway, port, options: sshOptions, warnings, ssh };
}

function startSsh(gate: Gate, command: readonly string[], args: readonly string[] = []): Started {
  const all = ['-p', String(gate.port), ...gate.options, ...args, 'deploy@build-eu@127.0.0.1', ...command];
  return new Started('ssh', all);
}

function fingerprintOf(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

describe('ssh through the SSH listener', () => {
  it('runs a command: output, errors apart, exit status; and the record has it all', async () => {
    const gate = await start();
    const ran = await gate.ssh(['echo out; echo err >&2; exit 7']);
    expect(ran).toEqual({ status: 7, stdout: 'out\n', stderr: 'err\n' });
    const { last: session, attempts } = gate.gateway;
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({
      protocol: 'ssh',
      requestedName: 'deploy@build-eu',
      identity: { kind: 'proven', subject: 'alice' },
      client: { address: '127.0.0.1', software: expect.stringContaining('OpenSSH') },
    });
    expect(session.openedWith).toEqual({
      address: `127.0.0.1:${sshd.port}`,
      identity: expect.stringMatching(/^SHA256:/),
    });
    const [command] = session.commands;
    expect(command?.request).toMatchObject({
      operation: 'ssh.exec',
      text: 'echo out; echo err >&2; exit 7',
      channel: 1,
    });
    expect(command?.recorded.toString().split('\n').toSorted()).toEqual(['', 'err', 'out']); // two streams, no order
    expect(command?.result).toMatchObject({ exitStatus: 7 });
    expect(await session.closed).toEqual({ ending: 'completed', reason: 'client_closed' });
  });

  it('passes standard input, its end and much of both unchanged', async () => {
    const gate = await start({}, { recordedBytesMax: 1024 * 1024 });
    const input = randomBytes(8 * 1024 * 1024);
    const echoed = join(folder, 'echoed');
    const ran = await gate.ssh([`tee ${echoed} | sha256sum; cat ${echoed} | tail -c 5000000`], { input });
    expect(ran.status).toBe(0);
    expect(ran.stdout.slice(0, 64)).toBe(sha256(input));
    expect(sha256(await readFile(echoed))).toBe(sha256(input));
    const [command] = gate.gateway.last.commands;
    expect(command?.summarised.get(StreamKind.INPUT)).toBe(input.length);
    const output = 64 + '  -\n'.length + 5_000_000;
    expect((command?.recordedBytes ?? 0) + (command?.summarised.get(StreamKind.OUTPUT) ?? 0)).toBe(output);
    expect(command?.recordedBytes).toBeLessThan(1024 * 1024 + 64 * 1024);
  });

  it('gives the end of a program by a signal as that', async () => {
    const gate = await start();
    const { status } = await gate.ssh(['kill -TERM $$']);
    expect(status).toBe(255); // as OpenSSH says it of a direct connection
    expect(gate.gateway.last.commands[0]?.result).toEqual({ status: 'TERM' });
  });

  it('shows masked values, and so does the record', async () => {
    const gate = await start({ mask: detectors });
    const ran = await gate.ssh([
      "printf 'mail anne.example@harbour.example\\ncard 4111 1111 1111 1111\\n'; echo DE89370400440532013000 >&2",
    ]);
    const shown = ran.stdout + ran.stderr;
    for (const raw of ['anne.example', '4111 1111 1111', 'DE8937040044'])
      expect({ raw, found: shown.includes(raw) }).toEqual({ raw, found: false });
    expect(shown).toMatch(/mail a\*+\.\*+@\*+\.example/);
    const [command] = gate.gateway.last.commands;
    const lines = (text: string): string[] => text.split('\n').toSorted();
    expect(lines(command?.recorded.toString() ?? '')).toEqual(lines(shown));
    expect(command?.maskedValues).toBe(3);
  });

  it('lets go of what masking holds back when a program waits for an answer', async () => {
    const gate = await start({ mask: detectors });
    const ran = startSsh(gate, ["printf 'name? 4111'; read answer; echo got $answer"]);
    await ran.said('name? 4111');
    ran.type('fine\n');
    await ran.said('got fine');
    expect(await ran.end()).toBe(0);
  });

  it('carries what the client may say of its language, and nothing else', async () => {
    const gate = await start();
    const ran = await gate.ssh(['echo "$LC_NAME|$SECRET_OF_MINE"'], {
      args: ['-o', 'SetEnv=LC_NAME=de_DE SECRET_OF_MINE=x'],
    });
    expect(ran.stdout).toBe('de_DE|\n');
  });

  it('reads no more of the target than the client takes', async () => {
    const gate = await start({}, { recordedBytesMax: 0 });
    const ssh = startSsh(gate, ['head -c 200000000 /dev/zero']);
    ssh.child.stdout?.pause();
    const session = (): FakeSession | undefined =>
      gate.gateway.sessions.find(({ commands }) => commands[0]?.request.text.startsWith('head') === true);
    const passed = (): number => session()?.commands[0]?.summarised.get(StreamKind.OUTPUT) ?? 0;
    // Until everything between is full: a second client's command takes far longer than the next piece would.
    for (let before = -1; before !== passed() || before === 0;) {
      before = passed();
      await gate.ssh(['true']);
    }
    expect(passed()).toBeGreaterThan(0);
    expect(passed()).toBeLessThan(32 * 1024 * 1024);
    ssh.child.kill('SIGKILL');
    ssh.child.stdout?.resume();
    await ssh.end();
    expect(await session()?.closed).toEqual({ ending: 'completed', reason: 'client_closed' });
    expect(session()?.commands[0]?.result).toBeDefined(); // its end is in the record before the session's
  });

  it('runs many channels on one connection as one session', async () => {
    const gate = await start();
    const control = join(folder, 'control');
    const args = ['-o', `ControlPath=${control}`];
    const master = startSsh(gate, ['cat'], ['-o', 'ControlMaster=yes', ...args]);
    await (async () => {
      while (!(await run('ssh', ['-O', 'check', ...args, 'x@127.0.0.1'])).stderr.includes('Master running'));
    })();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => gate.ssh([`echo number ${n}`], { args })));
    expect(answers.map(({ stdout }) => stdout)).toEqual([1, 2, 3, 4].map((n) => `number ${n}\n`));
    master.child.stdin?.end();
    expect(await master.end()).toBe(0);
    expect(gate.gateway.sessions).toHaveLength(1);
    expect(gate.gateway.last.commands.map(({ request }) => request.channel).toSorted()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a shell through the SSH listener', () => {
  it('has a terminal of the right size, and each line is in the record before it runs', async () => {
    const gate = await start();
    const shell = startSsh(gate, [], ['-tt']);
    shell.type('stty size; tty\n');
    await shell.said(/\d+ \d+\r?\n\/dev\/pts\/\d+/);
    shell.type('exit 5\n');
    expect(await shell.end()).toBe(5);
    const operations = gate.gateway.last.commands.map(({ request }) => [request.operation, request.text]);
    expect(operations).toEqual([
      ['ssh.shell', ''],
      ['ssh.line', 'stty size; tty'],
      ['ssh.line', 'exit 5'],
    ]);
    expect(gate.gateway.last.commands[0]?.recorded.toString()).toContain('/dev/pts/');
  });

  it('goes on after a line that is refused, which never runs', async () => {
    const refuses = ({ text }: { readonly text: string }): string | undefined =>
      text.includes('forbidden') ? 'the rule forbids this.' : undefined;
    const gate = await start({ refuses });
    const mark = join(folder, 'refused-ran');
    const shell = startSsh(gate, [], ['-tt']);
    await shell.said(/[#$] $/); // a prompt: before it the interrupt would end the login itself
    shell.type(`touch ${mark}-forbidden\r`);
    await shell.said(/Inland refused this: the rule forbids this\.[^]*\^C[^]*[#$] $/); // and the shell's new prompt
    shell.type('echo still $((40 + 2)) here\r');
    await shell.said('still 42 here');
    shell.type('exit\r');
    await shell.end();
    await expect(readFile(`${mark}-forbidden`)).rejects.toThrow('ENOENT');
  });

  it('does not run what it cannot see: a line taken from the history unseen', async () => {
    const gate = await start();
    const shell = startSsh(gate, [], ['-tt']);
    await shell.said(/[#$] $/);
    shell.type('\u001b[A\r');
    await shell.said(/Inland refused this: the gateway cannot tell what this line would run\.[^]*[#$] $/);
    shell.type('exit 0\r');
    expect(await shell.end()).toBe(0);
  });

  it('judges the lines of a shell that a command starts', async () => {
    const refuses = ({ text }: { readonly text: string }): string | undefined =>
      text.includes('forbidden') ? 'the rule forbids this.' : undefined;
    const gate = await start({ refuses });
    const mark = join(folder, 'started-ran');
    const shell = startSsh(gate, ['sh -i'], ['-tt']);
    await shell.said(/[#$] $/);
    shell.type(`touch ${mark}-forbidden\r`);
    await shell.said(/Inland refused this: the rule forbids this\.[^]*\^C[^]*[#$] $/); // and the new prompt
    shell.type('exit 3\r');
    expect(await shell.end()).toBe(3);
    await expect(readFile(`${mark}-forbidden`)).rejects.toThrow('ENOENT');
  });

  it('can be typed in where values are masked', async () => {
    const gate = await start({ mask: detectors });
    const shell = startSsh(gate, [], ['-tt']);
    await shell.said(/[#$] $/);
    for (const key of 'echo anne.example@harbour.example') {
      const before = shell.output.length;
      shell.type(key);
      await shell.said(new RegExp(`^[^]{${before}}[^]`));
    }
    shell.type('\r');
    await shell.said(/[\r\n]a\*+\.\*+@\*+\.example/);
    shell.type('exit\r');
    expect(await shell.end()).toBe(0);
  });

  it('keeps what answers a question for a secret out of the record', async () => {
    const gate = await start();
    const shell = startSsh(gate, [], ['-tt']);
    shell.type(`read -s -p 'Password: ' x; echo; echo length \${#x}\r`);
    await shell.said(/Password: $/);
    shell.type('hunter2-secret\r');
    await shell.said('length 14');
    shell.type('exit\r');
    await shell.end();
    const texts = gate.gateway.last.commands.map(({ request }) => request.text).join('\n');
    expect(texts).not.toContain('hunter2');
    expect(gate.gateway.last.commands[0]?.recorded.toString()).not.toContain('hunter2');
  });

  it('is told when Inland ends the session', async () => {
    const gate = await start();
    const shell = startSsh(gate, [], ['-tt']);
    shell.type('echo re""ady\r');
    await shell.said('ready');
    gate.gateway.last.end({
      code: 'session_time_over',
      rule: '',
      message: 'the time is over.',
      requestId: 'request-1',
    });
    await shell.said('Inland refused this: the time is over.');
    expect(await shell.end()).not.toBe(0);
    expect(await gate.gateway.last.closed).toEqual({ ending: 'aborted', reason: 'session_time_over' });
  });
});

describe('a script for a shell without a terminal', () => {
  const script = 'echo one\nif true; then\n  echo two\nfi\nexit 4';

  it('has each line in the record, and runs as it is', async () => {
    const gate = await start();
    const ran = await gate.ssh([], { args: ['-T'], input: script });
    expect([ran.status, ran.stdout.endsWith('one\ntwo\n')]).toEqual([4, true]);
    const requests = gate.gateway.last.commands.map(({ request }) => [request.operation, request.text]);
    expect(requests).toEqual([['ssh.shell', ''], ...script.split('\n').map((line) => ['ssh.line', line])]);
  });

  it('ends before a line that is refused', async () => {
    const refuses = ({ text }: { readonly text: string }): string | undefined =>
      text.includes('forbidden') ? 'the rule forbids this.' : undefined;
    const gate = await start({ refuses });
    const mark = join(folder, 'script-ran');
    const ran = await gate.ssh([], { args: ['-T'], input: `echo one\ntouch ${mark}-forbidden\ntouch ${mark}-after\n` });
    expect([ran.status, ran.stdout.endsWith('one\n')]).toEqual([refusedExitStatus, true]);
    expect(ran.stderr).toContain('Inland refused this: the rule forbids this.');
    for (const each of ['forbidden', 'after']) await expect(readFile(`${mark}-${each}`)).rejects.toThrow('ENOENT');
    expect(gate.gateway.last.commands[0]?.result).toMatchObject({ exitStatus: 0 });
  });
});

describe('files through the SSH listener', () => {
  it.each([
    ['sftp', []],
    ['scp', []],
    ['scp', ['-O']],
  ])('go both ways unchanged with %s %j', async (program, flags) => {
    const gate = await start();
    const [local, remote, back] = ['local', 'remote', 'back'].map((name) =>
      join(folder, `${program}${flags.length}-${name}`),
    );
    const data = randomBytes(3 * 1024 * 1024 + 17);
    await writeFile(local as string, data);
    const at = 'deploy@build-eu@127.0.0.1';
    if (program === 'sftp') {
      const input = `put ${local} ${remote}\nget ${remote} ${back}\n`;
      const ran = await run('sftp', ['-P', String(gate.port), ...gate.options, '-b', '-', at], { input });
      expect([ran.status, ran.stderr]).toEqual([0, '']);
    } else {
      const scp = (...args: string[]): Promise<Ran> =>
        run('scp', [...flags, '-P', String(gate.port), ...gate.options, ...args]);
      expect(await scp(local as string, `${at}:${remote}`)).toMatchObject({ status: 0, stderr: '' });
      expect(await scp(`${at}:${remote}`, back as string)).toMatchObject({ status: 0, stderr: '' });
    }
    expect(sha256(await readFile(back as string))).toBe(sha256(data));
    const sent = gate.gateway.sessions.flatMap(({ commands }) => commands);
    const ran = sent.filter(({ request }) => !request.operation.startsWith('ssh.file-'));
    expect(ran.every(({ result }) => result?.exitStatus === 0)).toBe(true);
    const bytes = sent.reduce((sum, one) => sum + one.summarisedBytes + one.recordedBytes, 0);
    expect(bytes).toBeGreaterThanOrEqual(2 * data.length);
  });
});

describe('who may not pass the SSH listener', () => {
  it.each([
    ['a command', ['id'], []],
    ['a shell', [], ['-T']],
    ['a shell with a terminal', [], ['-tt']],
  ])('is told the rule that keeps %s out', async (_what, command, args) => {
    const gate = await start({ targets: {} });
    const { status, stdout, stderr } = await gate.ssh(command, { args });
    expect(status).toBe(refusedExitStatus);
    expect(stdout + stderr).toContain(
      'Inland refused this: the target is in US, outside EEA. (rule ResidencyPolicy/stays-in-eea)',
    );
    expect(stdout + stderr).toContain('Quote request request-1');
  });

  it('is told by sftp and scp too', async () => {
    const gate = await start({ targets: {} });
    const at = 'deploy@build-eu@127.0.0.1';
    const sftp = await run('sftp', ['-P', String(gate.port), ...gate.options, '-b', '-', at], { input: 'ls\n' });
    expect(sftp.status).not.toBe(0);
    expect(sftp.stderr).toContain('Inland refused this: the target is in US');
    const scp = await run('scp', ['-P', String(gate.port), ...gate.options, `${at}:x`, join(folder, 'x')]);
    expect(scp.status).not.toBe(0);
    expect(scp.stderr).toContain('Inland refused this: the target is in US');
  });

  it('is told of a command that is refused, and nothing of it reaches the target', async () => {
    const gate = await start({ refuses: () => 'the rule forbids this.' });
    const mark = join(folder, 'exec-refused-ran');
    const ran = await gate.ssh([`touch ${mark}`]);
    expect([ran.status, ran.stdout]).toEqual([refusedExitStatus, '']);
    expect(ran.stderr).toContain('the rule forbids this.');
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
  });

  it('has a key that nobody is known by: refused by the protocol, and in the record once', async () => {
    const gate = await start();
    const ran = await gate.ssh(['id'], { args: ['-o', `IdentityFile=${strangerKey}`, '-o', 'IdentityFile=none'] });
    expect(ran.status).toBe(0); // alice's key is offered too, and is good
    const stranger = await run('ssh', [
      '-p',
      String(gate.port),
      ...gate.options.slice(0, -1),
      strangerKey,
      'deploy@build-eu@127.0.0.1',
      'id',
    ]);
    expect(stranger.status).toBe(255);
    expect(stranger.stderr).toContain('Permission denied (publickey)');
    const attempt = await gate.gateway.attempted(({ identity }) => identity.kind === 'unproven');
    expect(attempt).toMatchObject({ requestedName: 'deploy@build-eu', identity: { reason: 'credential_unknown' } });
    expect(gate.gateway.attempts).toHaveLength(2);
  });
});

describe('keys that the SSH listener takes', () => {
  it.each([
    ['rsa', () => ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })],
    ['ecdsa', () => ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })],
    ['ed25519', () => newSshKeyPair()],
  ] as const)('are of the kind %s', async (kind, generate) => {
    const pair = generate();
    const file = join(folder, `alice-${kind}`);
    await writeFile(file, pair.private, { mode: 0o600 });
    alicesFingerprints.add(fingerprintOf(pair.public));
    const gate = await start();
    const ran = await run('ssh', [
      '-p',
      String(gate.port),
      ...gate.options.slice(0, -1),
      file,
      'deploy@build-eu@127.0.0.1',
      'echo fine',
    ]);
    expect(ran).toMatchObject({ status: 0, stdout: 'fine\n' });
  });
});

describe('the way to the target', () => {
  it.each<[string, () => Promise<Partial<ResolvedTarget>>, RegExp]>([
    [
      'target_identity_changed',
      async () => ({ hostKeys: [hostKey.public] }),
      /the target shows the host key SHA256:\S+ and must show SHA256:\S+, so nothing was sent to it/,
    ],
    [
      'target_credential_refused',
      async () => ({ login: { name: sshd.login, privateKey: newSshKeyPair().private } }),
      /does not accept the gateway's credential/,
    ],
    ['target_unreachable', async () => ({ port: await closedPort() }), /cannot be reached right now/],
  ])('is told of %s', async (code, change, words) => {
    const gate = await start({ targets: { 'build-eu': { ...target, ...(await change()) } } });
    const ran = await gate.ssh(['id']);
    expect([ran.status, ran.stdout]).toEqual([refusedExitStatus, '']);
    expect(ran.stderr).toMatch(words);
    expect(ran.stderr).toContain(`[${code}]`);
    expect(await gate.gateway.last.closed).toEqual({ ending: 'failed', reason: code });
    expect(gate.gateway.last.commands).toEqual([]);
  });

  it('may log in with a password where the target asks for it', async () => {
    const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
      connection.on('error', () => undefined);
      connection.on('authentication', (context) => {
        if (context.method === 'password' && context.password === 'right') context.accept();
        else context.reject(['password']);
      });
      connection.on('session', (accept) =>
        accept().on('exec', (run) => {
          const channel = run();
          channel.write('by password');
          channel.exit(0);
          channel.end();
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUp.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const login = { name: 'deploy', password: 'right' };
    const gate = await start({ targets: { 'build-eu': { ...target, port, login, hostKeys: [hostKey.public] } } });
    expect(await gate.ssh(['id'])).toMatchObject({ status: 0, stdout: 'by password' });
  });
});

describe('the SSH port', () => {
  it('runs its ciphers as native code', async () => {
    const gate = await start();
    expect(gate.warnings).toEqual([]);
  });

  it('ends a connection that is no SSH, and that one only', async () => {
    const gate = await start();
    for (const garbage of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      randomBytes(5000),
      Buffer.from('SSH-2.0-x\r\n\0\0\0\0'),
    ]) {
      const socket = connect(gate.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.end(garbage);
      await once(socket, 'close');
    }
    expect(await gate.ssh(['echo fine'])).toMatchObject({ stdout: 'fine\n' });
  });

  it('keeps nobody out by handshakes that are never finished', async () => {
    const gate = await start({}, { unauthenticatedMax: 50 });
    const sockets: Socket[] = [];
    for (let count = 0; count < 200; count += 1) {
      const socket = connect(gate.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      if (count % 2 === 0) socket.write('SSH-2.0-hangs\r\n');
      sockets.push(socket);
    }
    await Promise.all(sockets.map((socket) => socket.connecting && once(socket, 'connect')));
    expect(await gate.ssh(['echo fine'])).toMatchObject({ stdout: 'fine\n' });
    for (const socket of sockets) socket.destroy();
  });

  it('has so long for a handshake', async () => {
    const gate = await start({}, { handshakeMillis: 200 });
    const socket = connect(gate.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('SSH-2.0-hangs\r\n');
    await once(socket, 'close');
    expect(await gate.ssh(['echo fine'])).toMatchObject({ stdout: 'fine\n' });
  });

  it('forwards nothing', async () => {
    const gate = await start();
    const forwarded = await gate.ssh([], { args: ['-W', `127.0.0.1:${sshd.port}`] });
    expect(forwarded.status).toBe(255);
    expect(forwarded.stderr).toMatch(/administratively prohibited: .*no grant of yours names ssh\.forward-local/);
    const agent = await gate.ssh(['echo "agent:$SSH_AUTH_SOCK"'], { args: ['-A'] });
    expect(agent.stdout).toBe('agent:\n');
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
