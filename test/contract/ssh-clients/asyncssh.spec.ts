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

function asyncssh(gate: Gate, script: string): Promise<Ran> {
  const indented = script.trim().replaceAll('\n', '\n        ');
  return run(python, ['-'], {
    env: { HOME: world.folder },
    input: `
import asyncio, asyncssh
async def main():
    async with asyncssh.connect('127.0.0.1', ${gate.port}, username=${JSON.stringify(user)}, client_keys=[${JSON.stringify(world.keyFile)}], known_hosts=${JSON.stringify(gate.knownHosts)}, config=None, agent_path=None) as client:
        ${indented}
asyncio.run(main())
`,
  });
}

describe('asyncssh', () => {
  it('runs commands at once on one connection: output, errors apart, input, exit status', async () => {
    const gate = await world.gate();
    const ran = await asyncssh(
      gate,
      `
results = await asyncio.gather(*[client.run(f'cat; echo err{n} >&2; exit {n}', input='given') for n in range(20)])
print(all((r.stdout, r.stderr, r.exit_status) == ('given', f'err{n}\\n', n) for n, r in enumerate(results)))`,
    );
    expect(ran).toMatchObject({ stdout: 'True\n', stderr: '' });
    expect(gate.gateway.sessions).toHaveLength(1);
  });

  it('sends a break and changes the size of its terminal', async () => {
    const gate = await world.gate();
    const ran = await asyncssh(
      gate,
      `
process = await client.create_process("echo ready; read answer; stty size", term_type='xterm', term_size=(80, 24))
await process.stdout.readline()
process.change_terminal_size(101, 33)
process.channel.send_break(100)
process.stdin.write('go\\n')
print([line.strip() for line in (await process.stdout.read()).splitlines()][-1])`,
    );
    expect(ran).toMatchObject({ stdout: '33 101\n', stderr: '' });
    expect(gate.gateway.last.sizes).toEqual([expect.objectContaining({ columns: 101, rows: 33 })]);
  });

  it('forwards ports both ways where that is granted, and is told why not', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = `
try:
    reader, writer = await client.open_connection('127.0.0.1', ${port})
    writer.write(b'there and back'); writer.write_eof()
    print(await reader.read())
    listener = await client.forward_remote_port('127.0.0.1', 0, '127.0.0.1', ${port})
    reader, writer = await asyncio.open_connection('127.0.0.1', listener.get_port())
    writer.write(b'from the target'); writer.write_eof()
    print(await reader.read())
except asyncssh.ChannelOpenError as error:
    print(error.code, error.reason)`;
    const granted = await world.gate({ forwards: ['ssh.forward-local', 'ssh.forward-remote'] });
    const ran = await asyncssh(granted, script);
    expect(ran).toMatchObject({ stdout: "b'there and back'\nb'from the target'\n", stderr: '' });
    const refused = await asyncssh(await world.gate(), script);
    expect(refused.stdout).toMatch(/^1 Inland refused this: no grant of yours names ssh\.forward-local/);
    server.close();
  });
});
