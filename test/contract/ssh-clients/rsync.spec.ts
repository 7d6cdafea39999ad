import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, type Ran } from '../../e2e/world/run-process.ts';
import { sshClients } from '../../parts/ssh-clients.mjs';
import { SshWorld, user, type Gate } from '../ssh/ssh-world.ts';

let world: SshWorld;

beforeAll(async () => {
  sshClients();
  world = await SshWorld.start();
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

const rsync = (gate: Gate, ...args: string[]): Promise<Ran> =>
  run('rsync', ['-a', '-e', ['ssh', '-p', String(gate.port), ...gate.options].join(' '), ...args]);

describe('rsync over SSH', () => {
  it('copies folders both ways, and then only what changed', async () => {
    const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
    const [from, there, back] = ['from', 'there', 'back'].map((name) => join(world.folder, name)) as [
      string,
      string,
      string,
    ];
    await mkdir(from);
    const big = randomBytes(8_000_000);
    await writeFile(join(from, 'big'), big);
    await Promise.all(Array.from({ length: 200 }, (_, n) => writeFile(join(from, `name ${n}`), `content ${n}`)));
    expect(await rsync(gate, `${from}/`, `${user}@127.0.0.1:${there}/`)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await rsync(gate, `${user}@127.0.0.1:${there}/`, `${back}/`)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await readFile(join(back, 'big'))).equals(big)).toBe(true);
    expect(await readFile(join(back, 'name 199'), 'utf8')).toBe('content 199');
    await writeFile(join(from, 'name 7'), 'changed');
    const again = await rsync(gate, '--itemize-changes', `${from}/`, `${user}@127.0.0.1:${there}/`);
    expect(again.stdout).toMatch(/^<f\S+ name 7\n$/);
    expect(gate.commands('ssh.exec').map(({ request }) => request.text.slice(0, 14))).toEqual(
      Array(3).fill('rsync --server'),
    );
  });
});
