import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import ssh2 from 'ssh2';
import { run } from '../../e2e/world/run-process.ts';
import { sshClients } from '../../parts/ssh-clients.mjs';
import { SshWorld, until, user, type Gate } from './ssh-world.ts';

let world: SshWorld;
let goClient: string;

beforeAll(async () => {
  ({ goClient } = sshClients());
  world = await SshWorld.start();
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

const go = (gate: Gate, ...what: string[]): ReturnType<typeof run> =>
  run(goClient, [`127.0.0.1:${gate.port}`, user, world.keyFile, world.hostKeyFile, ...what]);

/** Runs a script of paramiko, with `client` connected. */
function paramiko(gate: Gate, script: string): ReturnType<typeof run> {
  const connect = [
    'import paramiko, socket, sys, time',
    'client = paramiko.SSHClient()',
    `client.load_host_keys(${JSON.stringify(gate.knownHosts)})`,
    `client.connect('127.0.0.1', ${gate.port}, ${JSON.stringify(user)}, key_filename=${JSON.stringify(world.keyFile)}, allow_agent=False, look_for_keys=False)`,
    'transport = client.get_transport()',
    'channel = transport.open_session()',
  ];
  return run(sshClients().python, ['-'], { input: [...connect, script, 'client.close()', ''].join('\n') });
}

const refuses = ({ text }: { readonly text: string }): string | undefined =>
  text.includes('forbidden') ? 'the rule forbids this.' : undefined;

describe('a session', () => {
  it('has the modes of the terminal that the client gave it', async () => {
    const gate = await world.gate();
    // VERASE ^H, ECHO off; and a mode that is not known here (200), which must end nothing.
    const ran = await paramiko(
      gate,
      `
from paramiko.message import Message
modes = bytes([3]) + (8).to_bytes(4, 'big') + bytes([53]) + bytes(4) + bytes([0])
m = Message()
m.add_byte(bytes([98])); m.add_int(channel.remote_chanid); m.add_string('pty-req'); m.add_boolean(True)
for part in ('xterm-256color',): m.add_string(part)
for number in (132, 43, 0, 0): m.add_int(number)
m.add_string(modes)
channel._event_pending(); transport._send_user_message(m); channel._wait_for_event()
channel.exec_command('stty -a; echo "term $TERM"')
print(channel.makefile().read().decode())
`,
    );
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toContain('rows 43; columns 132');
    expect(ran.stdout).toContain('erase = ^H');
    expect(ran.stdout).toMatch(/ -echo\s/);
    expect(ran.stdout).toContain('term xterm-256color');
  });

  it('can be sent signals, after the end of its input too, and of names that are not known', async () => {
    const heard: string[] = [];
    const server = new ssh2.Server({ hostKeys: [world.hostKey.private] }, (connection) => {
      connection.on('error', () => undefined);
      connection.on('authentication', (context) => context.accept());
      connection.on('session', (accept) => {
        const session = accept();
        session.on('exec', (run) => {
          const channel = run();
          channel.write('ready');
          session.on('signal', (_accept, _reject, { name }) => {
            heard.push(name);
            if (name !== 'HUP') return;
            channel.exit(4);
            channel.end();
          });
        });
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const gate = await world.gate({ target: { port, hostKeys: [world.hostKey.public] } });
    const ran = await paramiko(
      gate,
      `
from paramiko.message import Message
channel.exec_command('wait')
print(channel.recv(100).decode())
channel.shutdown_write()
for name in ('INFO@example.org', 'HUP'):
    m = Message()
    m.add_byte(bytes([98])); m.add_int(channel.remote_chanid); m.add_string('signal'); m.add_boolean(False); m.add_string(name)
    transport._send_user_message(m)
print(channel.recv_exit_status())
`,
    );
    expect(ran.stdout).toBe('ready\n4\n');
    expect(heard).toEqual(['INFO@example.org', 'HUP']);
    server.close();
  });

  it('says by which signal a program ended, with the words for it', async () => {
    const gate = await world.gate();
    const ran = await go(gate, 'exec', 'kill -SEGV $$');
    expect(ran.stderr).toMatch(/^signal SEGV/);
    expect(gate.commands('ssh.exec')[0]?.result).toEqual({ status: 'SEGV' });
  });

  it.each(['break', 'keepalive@openssh.com', 'winadj@putty.projects.tartarus.org', 'unheard-of@example.org'])(
    'answers a request %s while it runs',
    async (name) => {
      const gate = await world.gate();
      const ran = await go(gate, 'channel', name, 'sleep 0.3; echo done');
      expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('done\n') });
      expect(ran.stdout).toContain(`${name} false\n`); // as sshd answers it without a terminal
    },
  );

  it('passes a break to a terminal, and its answer', async () => {
    const gate = await world.gate();
    const ran = await paramiko(
      gate,
      `
from paramiko.message import Message
channel.get_pty()
channel.exec_command("trap '' INT; echo ready; sleep 0.3")
channel.recv(100)
m = Message()
m.add_byte(bytes([98])); m.add_int(channel.remote_chanid); m.add_string('break'); m.add_boolean(True); m.add_int(500)
channel._event_pending(); transport._send_user_message(m); channel._wait_for_event()
print('answered')
`,
    );
    expect(ran).toMatchObject({ status: 0, stdout: 'answered\n' });
  });

  it.each(['keepalive@openssh.com', 'unheard-of@example.org'])('answers a global request %s', async (name) => {
    const gate = await world.gate();
    expect(await go(gate, 'request', name)).toMatchObject({ status: 0, stdout: 'false\n' });
  });

  it('runs on when its output is over, and its exit status is not lost', async () => {
    const gate = await world.gate();
    const ran = await gate.ssh(['echo said; exec >&- 2>&-; sleep 0.3; exit 9']);
    expect(ran).toEqual({ status: 9, stdout: 'said\n', stderr: '' });
  });

  it('keeps output and errors apart and whole when there is much of both and the client is slow', async () => {
    const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
    const command =
      'i=0; while [ $i -lt 12 ]; do head -c 700000 /dev/zero | tr "\\0" o; head -c 700000 /dev/zero | tr "\\0" e >&2; i=$((i+1)); done';
    const ssh = gate.start([command]);
    const hashes = { out: createHash('sha256'), err: createHash('sha256') };
    const bytes = { out: 0, err: 0 };
    ssh.child.stdout?.on('data', (chunk: Buffer) => (hashes.out.update(chunk), (bytes.out += chunk.length)));
    ssh.child.stderr?.on('data', (chunk: Buffer) => (hashes.err.update(chunk), (bytes.err += chunk.length)));
    await until(() => gate.commands('ssh.exec').length > 0, 'it runs');
    ssh.child.kill('SIGSTOP');
    await until(() => (gate.commands('ssh.exec')[0]?.summarisedBytes ?? 0) > 2_000_000, 'the windows are full');
    ssh.child.kill('SIGCONT');
    expect(await ssh.end()).toBe(0);
    expect(bytes).toEqual({ out: 8_400_000, err: 8_400_000 });
    const all = (letter: string): string => createHash('sha256').update(letter.repeat(8_400_000)).digest('hex');
    expect({ out: hashes.out.digest('hex'), err: hashes.err.digest('hex') }).toEqual({ out: all('o'), err: all('e') });
    const [recorded] = gate.commands('ssh.exec');
    expect(recorded?.summarised.get(StreamKind.OUTPUT)).toBe(8_400_000);
    expect(recorded?.summarised.get(StreamKind.ERROR)).toBe(8_400_000);
  });

  it('ends when the client reads no more of it', async () => {
    const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
    const ssh = ['ssh', '-p', String(gate.port), ...gate.options, `${user}@127.0.0.1`, 'yes'];
    const ran = await run('sh', ['-c', `"$@" | head -n 3`, 'sh', ...ssh]);
    expect(ran.stdout).toBe('y\ny\ny\n');
  });

  it('may be one of 50 at once on one connection', async () => {
    const gate = await world.gate();
    const control = ['-o', `ControlPath=${join(world.folder, 'control')}`];
    const master = gate.start(['echo up; cat'], ['-o', 'ControlMaster=yes', ...control]);
    await master.said('up');
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((n) => gate.ssh([`echo number ${n}`], { args: control })));
    expect(answers.map(({ stdout }) => stdout)).toEqual(numbers.map((n) => `number ${n}\n`));
    master.child.stdin?.end();
    expect(await master.end()).toBe(0);
    expect(gate.gateway.sessions).toHaveLength(1);
  });

  it('is refused above the limit with a reason, and the others of its connection live', async () => {
    const gate = await world.gate();
    const ran = await go(gate, 'hold', '1000');
    expect(ran.stdout).toBe(
      'succeeded 100\nfailed 900: ssh: rejected: resource shortage ("Inland opens at most 100 sessions on one connection")\n',
    );
    expect(await gate.ssh(['echo fine'])).toMatchObject({ stdout: 'fine\n' });
  });

  it('is refused after no-more-sessions', async () => {
    const gate = await world.gate();
    const ran = await paramiko(
      gate,
      `
transport.global_request('no-more-sessions@openssh.com', wait=True)
try:
    transport.open_session(timeout=5)
except paramiko.ChannelException as error:
    print(error.code)
channel.exec_command('echo the first lives')
print(channel.makefile().read().decode().strip())
`,
    );
    expect(ran.stdout).toBe('1\nthe first lives\n');
  });

  it('exchanges keys anew under load', async () => {
    const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
    const ran = await gate.ssh(['head -c 8000000 /dev/zero | sha256sum; head -c 8000000 /dev/zero'], {
      args: ['-o', 'RekeyLimit=1M'],
    });
    expect([ran.status, ran.stdout.length]).toEqual([0, 8_000_000 + 68]);
  });
});

describe('a script that a shell is given', () => {
  it.each(['bash', 'sh -s -- one', 'bash -eu'])('is judged line by line: %s', async (command) => {
    const gate = await world.gate({ refuses });
    const ran = await gate.ssh([command], { input: 'echo first\necho forbidden\necho third\n' });
    expect(ran).toMatchObject({ status: 77, stdout: 'first\n' });
    expect(ran.stderr).toContain('Inland refused this: the rule forbids this.');
    const lines = gate.commands('ssh.line').map(({ request, result }) => [request.text, result?.status]);
    expect(lines).toEqual([
      ['echo first', ''],
      ['echo third', 'not_run'], // decided along with the one that was refused
    ]);
  });

  it('is data for what is no shell', async () => {
    const gate = await world.gate({ refuses });
    const ran = await gate.ssh(['cat'], { input: 'echo forbidden\n' });
    expect(ran).toMatchObject({ status: 0, stdout: 'echo forbidden\n' });
  });
});
