import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import { run, type Ran } from '../../e2e/world/run-process.ts';
import type { FakeCommand } from '../fake-gateway.ts';
import { sha256, SshWorld, user, type Gate } from './ssh-world.ts';

let world: SshWorld;
/** Two folders, as if each were on a machine of its own. */
let here: string;
let there: string;

beforeAll(async () => {
  world = await SshWorld.start();
}, 60_000);
beforeEach(async () => {
  [here, there] = [await mkdtemp(join(world.folder, 'here-')), await mkdtemp(join(world.folder, 'there-'))];
});
afterEach(() => world.closeGates());
afterAll(() => world?.stop());

const at = (path: string): string => `${user}@127.0.0.1:${path}`;
const scp = (gate: Gate, ...args: readonly string[]): Promise<Ran> =>
  run('scp', ['-O', '-P', String(gate.port), ...gate.options, ...args]);
const files = (gate: Gate): FakeCommand[] =>
  gate.gateway.sessions.flatMap(({ commands }) =>
    commands.filter(({ request }) => request.operation.startsWith('ssh.file-')),
  );
const told = (gate: Gate): string[] => files(gate).map(({ request }) => `${request.operation} ${request.text}`);

describe('scp of old', () => {
  it('goes both ways, and the record has path, size and SHA-256 of each file', async () => {
    const gate = await world.gate();
    for (const size of [0, 1, 3 * 1024 * 1024 + 17]) {
      const data = randomBytes(size);
      const [local, remote, back] = [join(here, `a${size}`), join(there, `a${size}`), join(here, `b${size}`)];
      await writeFile(local, data);
      expect(await scp(gate, local, at(there))).toMatchObject({ status: 0, stderr: '' });
      expect(await scp(gate, at(remote), back)).toMatchObject({ status: 0, stderr: '' });
      expect(sha256(await readFile(back))).toBe(sha256(data));
      const [written, read] = files(gate).slice(-2);
      expect([written?.request, read?.request]).toMatchObject([
        { operation: 'ssh.file-write', text: remote },
        { operation: 'ssh.file-read', text: remote },
      ]);
      expect([written?.result, read?.result]).toEqual([{ status: '' }, { status: '' }]);
      expect([written?.summarisedBytes, read?.summarisedBytes]).toEqual([size, size]);
      if (size === 0) continue;
      expect(written?.digest(StreamKind.INPUT)).toBe(sha256(data));
      expect(read?.digest(StreamKind.OUTPUT)).toBe(sha256(data));
    }
  }, 60_000);

  it('copies folders with their times', async () => {
    const gate = await world.gate();
    await mkdir(join(here, 'tree/sub'), { recursive: true });
    for (const name of ['a', 'sub/b', 'sub/c d']) await writeFile(join(here, 'tree', name), name);
    expect(await scp(gate, '-rp', join(here, 'tree'), at(there))).toMatchObject({ status: 0, stderr: '' });
    expect(await scp(gate, '-rp', at(`${there}/tree`), join(here, 'back'))).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['a', 'sub/b', 'sub/c d']) {
      expect(await readFile(join(here, 'back', name), 'utf8')).toBe(name);
      const [from, to] = [await stat(join(here, 'tree', name)), await stat(join(here, 'back', name))];
      expect(Math.floor(to.mtimeMs / 1000)).toBe(Math.floor(from.mtimeMs / 1000));
    }
    const operations = told(gate).sort();
    for (const name of ['a', 'sub/b', 'sub/c d'])
      for (const kind of ['read', 'write']) expect(operations).toContain(`ssh.file-${kind} ${there}/tree/${name}`);
    expect(operations).toContain(`ssh.file-change ${there}/tree/sub`);
    expect(operations).toContain(`ssh.file-list ${there}/tree/sub`);
    expect(operations).toHaveLength(10);
  });

  it('takes wildcards, escapes and names of any kind', async () => {
    const gate = await world.gate();
    for (const name of ['a.txt', 'b.txt', 'c.md', 'with space', '日本']) await writeFile(join(there, name), name);
    expect((await scp(gate, at(`${there}/*.txt`), here)).status).toBe(0);
    expect((await scp(gate, at(`${there}/with\\ space`), here)).status).toBe(0);
    expect((await scp(gate, at(`${there}/日本`), here)).status).toBe(0);
    expect((await readdir(here)).sort()).toEqual(['a.txt', 'b.txt', 'with space', '日本']);
    expect(told(gate)).toEqual(
      ['a.txt', 'b.txt', 'with space', '日本'].map((name) => `ssh.file-read ${there}/${name}`),
    );
  });

  it('goes from one machine to another through both', async () => {
    const gate = await world.gate();
    await writeFile(join(there, 'a'), 'a');
    expect(await scp(gate, '-3', at(`${there}/a`), at(`${there}/b`))).toMatchObject({ status: 0 });
    expect(await readFile(join(there, 'b'), 'utf8')).toBe('a');
    expect(told(gate).sort()).toEqual([`ssh.file-read ${there}/a`, `ssh.file-write ${there}/b`]);
  });

  it('says what the target says of a file that is not there', async () => {
    const gate = await world.gate();
    const ran = await scp(gate, at(`${there}/none`), here);
    expect([ran.status, ran.stderr]).toEqual([1, `scp: ${there}/none: No such file or directory\n`]);
  });
});

describe('what a rule refuses of scp of old', () => {
  const kept = {
    refuses: ({ operation, text }: { operation: string; text: string }) =>
      operation.startsWith('ssh.file-') && text.includes('/kept') ? 'that is kept.' : undefined,
  };

  it.each(['up', 'down'])('is said, and the others go on: %s', async (way) => {
    const gate = await world.gate(kept);
    const [from, to] = way === 'up' ? [here, there] : [there, here];
    await mkdir(join(from, 'tree/kept-folder'), { recursive: true });
    for (const name of ['a', 'kept', 'z', 'kept-folder/f']) await writeFile(join(from, 'tree', name), randomBytes(99));
    const ran =
      way === 'up' ? await scp(gate, '-rp', `${from}/tree`, at(to)) : await scp(gate, '-rp', at(`${from}/tree`), to);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('/tree/kept: Inland refused this: that is kept.');
    expect(ran.stderr).toContain('/tree/kept-folder: Inland refused this: that is kept.');
    expect((await readdir(join(to, 'tree'))).sort()).toEqual(['a', 'z']);
    for (const name of ['a', 'z'])
      expect(await readFile(join(to, 'tree', name))).toEqual(await readFile(join(from, 'tree', name)));
  });

  it('is judged by the real path', async () => {
    const gate = await world.gate(kept);
    await mkdir(join(there, 'kept'));
    await writeFile(join(there, 'kept/f'), 'f');
    await writeFile(join(here, 'f'), 'x');
    await symlink('kept', join(there, 'way'));
    await symlink('kept/f', join(there, 'link'));
    for (const path of ['way/f', 'link', 'way/../kept/f']) {
      const ran = await scp(gate, at(`${there}/${path}`), here);
      expect([path, ran.status, /that is kept/.test(ran.stderr)]).toEqual([path, 1, true]);
      const put = await scp(gate, join(here, 'f'), at(`${there}/${path}`));
      expect([path, put.status, /that is kept/.test(put.stderr)]).toEqual([path, 1, true]);
    }
    const put = await scp(gate, join(here, 'f'), at(`${there}/way`));
    expect([put.status, /that is kept/.test(put.stderr)]).toEqual([1, true]);
    expect(await readFile(join(there, 'kept/f'), 'utf8')).toBe('f');
    expect(await readFile(join(here, 'f'), 'utf8')).toBe('x');
  });
});

it('bytes that are not asked for never become a message that was not judged', async () => {
  const gate = await world.gate({ refuses: ({ text }) => (text.endsWith('/kept') ? 'that is kept.' : undefined) });
  // All at once, as no scp does: the second name must be judged though it lies behind a file's bytes.
  const input = 'C0644 1 open\nx\0C0644 1 kept\ny\0';
  const ran = await gate.ssh(['scp', '-t', there], { input });
  expect(ran.stdout).toContain('that is kept.');
  expect(await readdir(there)).toEqual(['open']);
  expect(told(gate)).toEqual([`ssh.file-write ${there}/open`]);
});
