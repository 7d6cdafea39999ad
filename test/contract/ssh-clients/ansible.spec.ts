import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, type Ran } from '../../e2e/world/run-process.ts';
import { sshClients, type SshClients } from '../../parts/ssh-clients.mjs';
import { SshWorld, user, type Gate } from '../ssh/ssh-world.ts';

let world: SshWorld;
let clients: SshClients;

beforeAll(async () => {
  clients = sshClients();
  world = await SshWorld.start();
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

async function ansible(gate: Gate, ...args: string[]): Promise<Ran> {
  const inventory = join(world.folder, `inventory-${gate.port}`);
  const variables = [
    'ansible_host=127.0.0.1',
    `ansible_port=${gate.port}`,
    `ansible_user=${user}`,
    `ansible_python_interpreter=${clients.python}`,
    `ansible_ssh_common_args='${gate.options.join(' ')}'`,
  ];
  await writeFile(inventory, `build ${variables.join(' ')}\n`);
  return run(clients.ansible, ['-i', inventory, 'build', ...args], {
    millis: 60_000,
    env: {
      HOME: world.folder,
      ANSIBLE_LOCAL_TEMP: join(world.folder, 'local'),
      ANSIBLE_REMOTE_TMP: join(world.folder, 'remote'),
    },
  });
}

describe('Ansible', () => {
  it('reaches its host, runs modules there, and copies files', async () => {
    const gate = await world.gate();
    const ping = await ansible(gate, '-m', 'ansible.builtin.ping');
    expect(ping).toMatchObject({ status: 0, stdout: expect.stringContaining('"ping": "pong"') });
    const copied = join(world.folder, 'copied');
    const copy = await ansible(gate, '-m', 'ansible.builtin.copy', '-a', `content=by-ansible dest=${copied}`);
    expect(copy).toMatchObject({ status: 0, stdout: expect.stringContaining('CHANGED') });
    const shell = await ansible(gate, '-m', 'ansible.builtin.shell', '-a', `cat ${copied}; exit 3`);
    expect(shell.status).not.toBe(0);
    expect(shell.stdout).toMatch(/rc=3[^]*by-ansible/);
    expect(gate.commands('ssh.exec').length).toBeGreaterThan(3);
  }, 120_000);
});
