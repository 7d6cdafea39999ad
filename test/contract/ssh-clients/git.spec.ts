import { writeFile } from 'node:fs/promises';
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

const author = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

function git(gate: Gate, cwd: string, ...args: string[]): Promise<Ran> {
  const ssh = ['ssh', '-p', String(gate.port), ...gate.options].join(' ');
  return run('git', args, { cwd, env: { ...author, GIT_SSH_COMMAND: ssh, GIT_CONFIG_GLOBAL: '/dev/null' } });
}

describe('git over SSH', () => {
  it('clones, pushes and fetches, and the record says what ran', async () => {
    const gate = await world.gate();
    const [origin, work, again] = ['origin.git', 'work', 'again'].map((name) => join(world.folder, name)) as [
      string,
      string,
      string,
    ];
    await git(gate, world.folder, 'init', '-q', '--bare', '-b', 'main', origin);
    const url = `ssh://${encodeURIComponent(user)}@127.0.0.1${origin}`;
    expect(await git(gate, world.folder, 'clone', '-q', url, work)).toMatchObject({ status: 0 });
    await writeFile(join(work, 'file'), 'content\n'.repeat(100_000));
    await git(gate, work, 'add', '.');
    await git(gate, work, 'commit', '-q', '-m', 'first');
    expect(await git(gate, work, 'push', '-q', 'origin', 'HEAD:main')).toMatchObject({ status: 0 });
    expect(await git(gate, world.folder, 'clone', '-q', url, again)).toMatchObject({ status: 0 });
    const heads = await Promise.all([work, again].map((folder) => git(gate, folder, 'rev-parse', 'HEAD')));
    expect(heads[0]?.stdout).toBe(heads[1]?.stdout);
    expect(gate.commands('ssh.exec').map(({ request }) => request.text.split(' ')[0])).toEqual([
      'git-upload-pack',
      'git-receive-pack',
      'git-upload-pack',
    ]);
  });

  it('may be kept to reading', async () => {
    const gate = await world.gate({
      refuses: ({ text }) => (text.startsWith('git-receive-pack') ? 'nothing may be pushed here.' : undefined),
    });
    const origin = join(world.folder, 'origin.git');
    const ran = await git(
      gate,
      join(world.folder, 'work'),
      'push',
      `ssh://${encodeURIComponent(user)}@127.0.0.1${origin}`,
      'HEAD:other',
    );
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain('Inland refused this: nothing may be pushed here.');
  });
});
