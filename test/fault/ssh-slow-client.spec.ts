import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import { sshClients } from '../parts/ssh-clients.mjs';
import { Started } from '../e2e/world/run-process.ts';
import { SshWorld, until, user, type Gate } from '../contract/ssh/ssh-world.ts';

let world: SshWorld;

beforeAll(async () => {
  sshClients();
  world = await SshWorld.start();
}, 600_000);

afterEach(() => world.closeGates());
afterAll(() => world?.stop());

/** Memory of this process, which is the gateway's too, in MiB. */
const residentMiB = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

const passedOf = (gate: Gate): number => gate.commands('ssh.exec')[0]?.summarised.get(StreamKind.OUTPUT) ?? 0;

/** Until nothing moves any more: everything between the target and the client is full. */
async function full(gate: Gate): Promise<void> {
  let before = -1;
  await until(async () => {
    const now = passedOf(gate);
    const stands = now > 0 && now === before;
    before = now;
    await gate.ssh(['true']); // takes far longer than the next piece would
    return stands;
  }, 'nothing moves any more');
}

const gibibyte = 1024 ** 3;

describe('a client that stops reading', () => {
  it.each(['OpenSSH', 'PuTTY, whose window is 2 GiB'])(
    'holds a bounded buffer: %s',
    async (name) => {
      const gate = await world.gate({ limits: { recordedBytesMax: 0 } });
      const command = `head -c ${gibibyte} /dev/zero`;
      let client: Started;
      if (name === 'OpenSSH') client = gate.start([command]);
      else {
        const ppk = `${world.keyFile}.ppk`;
        await promisify(execFile)('puttygen', [
          world.keyFile,
          '-O',
          'private',
          '-o',
          ppk,
          '--new-passphrase',
          '/dev/null',
        ]);
        const fingerprint =
          (await promisify(execFile)('ssh-keygen', ['-lf', world.hostKeyFile])).stdout.split(' ')[1] ?? '';
        const common = ['-batch', '-P', String(gate.port), '-i', ppk, '-hostkey', fingerprint, '-l', user];
        client = new Started('plink', [...common, '127.0.0.1', command], { HOME: world.folder });
      }
      client.child.stdout?.removeAllListeners('data');
      let got = 0;
      client.child.stdout?.on('data', (chunk: Buffer) => (got += chunk.length));
      await until(() => passedOf(gate) > 0, 'it runs');
      client.child.kill('SIGSTOP');
      const before = residentMiB();
      await full(gate);
      const held = passedOf(gate);
      expect(held).toBeLessThan(gibibyte / 8);
      expect(residentMiB() - before).toBeLessThan(100);
      client.child.kill('SIGCONT');
      expect(await client.end(120_000)).toBe(0);
      expect(got).toBe(gibibyte); // and what was held was not lost
      expect(residentMiB() - before).toBeLessThan(200);
    },
    180_000,
  );
});
