import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, type Ran, type RunOptions } from '../../e2e/world/run-process.ts';
import { sshClients } from '../../parts/ssh-clients.mjs';
import { SshWorld, user, type Gate } from '../ssh/ssh-world.ts';

let world: SshWorld;

beforeAll(async () => {
  sshClients();
  world = await SshWorld.start();
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

async function dbclient(gate: Gate, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const key = join(world.folder, 'dropbear-key');
  expect(await run('dropbearconvert', ['openssh', 'dropbear', world.keyFile, key])).toMatchObject({ status: 0 });
  // It takes its known hosts from the home of the user that runs it.
  await mkdir(join(world.folder, '.ssh'), { recursive: true, mode: 0o700 });
  await writeFile(join(world.folder, '.ssh/known_hosts'), `127.0.0.1 ${world.hostKey.public}\n`);
  const common = ['-y', '-y', '-T', '-p', String(gate.port), '-i', key, '-l', user];
  return run('dbclient', [...common, '127.0.0.1', ...args], { ...options, env: { HOME: world.folder } });
}

describe("Dropbear's dbclient", () => {
  it('runs a command: output, input, exit status', async () => {
    const gate = await world.gate();
    const ran = await dbclient(gate, ['cat; exit 7'], { input: 'given' });
    expect(ran).toMatchObject({ status: 7, stdout: 'given' });
  });

  it('gets much output whole', async () => {
    const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
    const ran = await dbclient(gate, ['head -c 20000000 /dev/zero | tr "\\0" x']);
    expect([ran.status, ran.stdout.length]).toEqual([0, 20_000_000]);
  });

  it('is told of a refusal', async () => {
    const gate = await world.gate({ refuses: () => 'the rule forbids this.' });
    const ran = await dbclient(gate, ['id']);
    expect(ran).toMatchObject({ status: 77, stdout: '' });
    expect(ran.stderr).toContain('Inland refused this: the rule forbids this.');
  });
});
