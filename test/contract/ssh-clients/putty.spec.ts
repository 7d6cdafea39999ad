import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, type Ran, type RunOptions } from '../../e2e/world/run-process.ts';
import { sshClients } from '../../parts/ssh-clients.mjs';
import { SshWorld, user, type Gate } from '../ssh/ssh-world.ts';

let world: SshWorld;
/** The key in PuTTY's own form. */
let ppk: string;

beforeAll(async () => {
  sshClients();
  world = await SshWorld.start();
  ppk = join(world.folder, 'alice.ppk');
  const convert = [world.keyFile, '-O', 'private', '-o', ppk, '--new-passphrase', '/dev/null'];
  expect(await run('puttygen', convert)).toMatchObject({ status: 0 });
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

function plink(gate: Gate, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const blob = Buffer.from(world.hostKey.public.split(' ')[1] ?? '', 'base64');
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  const common = ['-batch', '-ssh', '-P', String(gate.port), '-i', ppk, '-hostkey', fingerprint, '-l', user];
  return run('plink', [...common, ...args], { ...options, env: { HOME: world.folder } });
}

describe("PuTTY's plink", () => {
  it('runs a command: output, errors apart, input, exit status', async () => {
    const gate = await world.gate();
    const ran = await plink(gate, ['127.0.0.1', 'cat; echo err >&2; exit 7'], { input: 'given' });
    expect(ran).toEqual({ status: 7, stdout: 'given', stderr: 'err\n' });
  });

  it('gets much output whole, and ends', async () => {
    const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
    const ran = await plink(gate, ['127.0.0.1', 'head -c 20000000 /dev/zero | tr "\\0" x']);
    expect([ran.status, ran.stdout.length]).toEqual([0, 20_000_000]);
  });

  it('is told of a refusal', async () => {
    const gate = await world.gate({ refuses: () => 'the rule forbids this.' });
    const ran = await plink(gate, ['127.0.0.1', 'id']);
    expect(ran).toMatchObject({ status: 77, stdout: '' });
    expect(ran.stderr).toContain('Inland refused this: the rule forbids this.');
  });

  it('connects through the target where that is granted (-nc)', async () => {
    const server = createServer((socket) => socket.end('from there')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const granted = await world.gate({ forwards: ['ssh.forward-local'] });
    expect(await plink(granted, ['-nc', place, '127.0.0.1'])).toMatchObject({ stdout: 'from there' });
    const refused = await world.gate();
    const ran = await plink(refused, ['-nc', place, '127.0.0.1']);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain('no grant of yours names ssh.forward-local');
    server.close();
  });
});
