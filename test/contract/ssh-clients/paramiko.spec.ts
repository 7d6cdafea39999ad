import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, type Ran } from '../../e2e/world/run-process.ts';
import { sshClients } from '../../parts/ssh-clients.mjs';
import { SshWorld, user, type Gate } from '../ssh/ssh-world.ts';

let world: SshWorld;
let python: string;

beforeAll(async () => {
  ({ python } = sshClients());
  world = await SshWorld.start();
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

function paramiko(gate: Gate, script: string): Promise<Ran> {
  const connect = `
import paramiko
client = paramiko.SSHClient()
client.load_host_keys(${JSON.stringify(gate.knownHosts)})
client.connect('127.0.0.1', ${gate.port}, ${JSON.stringify(user)}, key_filename=${JSON.stringify(world.keyFile)}, allow_agent=False, look_for_keys=False)
`;
  return run(python, ['-'], { input: `${connect}${script}\nclient.close()\n` });
}

describe('paramiko', () => {
  it('runs a command: output, errors apart, input, exit status', async () => {
    const gate = await world.gate();
    const ran = await paramiko(
      gate,
      `
stdin, stdout, stderr = client.exec_command('cat; echo err >&2; exit 7')
stdin.write('given'); stdin.channel.shutdown_write()
print([stdout.read(), stderr.read(), stdout.channel.recv_exit_status()])`,
    );
    expect(ran).toMatchObject({ stdout: "[b'given', b'err\\n', 7]\n", stderr: '' });
  });

  it('has a shell whose lines are in the record', async () => {
    const gate = await world.gate();
    const ran = await paramiko(
      gate,
      `
shell = client.invoke_shell(width=100)
def until(text):
    seen = ''
    while text not in seen: seen += shell.recv(4096).decode()
until('# ' if ${process.getuid?.() === 0 ? 'True' : 'False'} else '$ ')
shell.send(b'echo $((40 + 2)) there\\r')
until('42 there')
shell.send(b'exit 5\\r')
print(shell.recv_exit_status())`,
    );
    expect(ran).toMatchObject({ stdout: '5\n', stderr: '' });
    expect(gate.commands('ssh.line').map(({ request }) => request.text)).toEqual(['echo $((40 + 2)) there', 'exit 5']);
  });

  it('connects through the target where that is granted, and has a port there', async () => {
    const gate = await world.gate({ forwards: ['ssh.forward-local', 'ssh.forward-remote'] });
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ran = await paramiko(
      gate,
      `
import socket
transport = client.get_transport()
channel = transport.open_channel('direct-tcpip', ('127.0.0.1', ${(server.address() as AddressInfo).port}), ('127.0.0.1', 1))
channel.sendall(b'there and back'); channel.shutdown_write()
print(channel.recv(100))
port = transport.request_port_forward('127.0.0.1', 0)
other = socket.create_connection(('127.0.0.1', port)); other.sendall(b'from the target')
print(transport.accept(10).recv(100))
transport.cancel_port_forward('127.0.0.1', port)`,
    );
    expect(ran).toMatchObject({ stdout: "b'there and back'\nb'from the target'\n", stderr: '' });
    server.close();
  });

  it('is told why nothing is forwarded', async () => {
    const gate = await world.gate();
    const ran = await paramiko(
      gate,
      `
try:
    client.get_transport().open_channel('direct-tcpip', ('127.0.0.1', 22), ('127.0.0.1', 1))
except paramiko.ChannelException as error:
    print(error.code, error.text)
try:
    client.get_transport().request_port_forward('127.0.0.1', 0)
except paramiko.SSHException as error:
    print(error)`,
    );
    expect(ran.stdout).toMatch(/^1 .*(prohibited|no grant of yours)/);
    expect(ran.stdout).toContain('TCP forwarding request denied');
  });
});
