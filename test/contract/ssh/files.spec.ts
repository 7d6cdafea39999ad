import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import { run, type Ran } from '../../e2e/world/run-process.ts';
import { installSshClients, sshClients } from '../../parts/ssh-clients.mjs';
import type { FakeCommand } from '../fake-gateway.ts';
import { sha256, SshWorld, user, type Gate } from './ssh-world.ts';

let world: SshWorld;
/** Two folders, as if each were on a machine of its own. */
let here: string;
let there: string;

beforeAll(async () => {
  installSshClients();
  world = await SshWorld.start();
}, 400_000);
beforeEach(async () => {
  [here, there] = [await mkdtemp(join(world.folder, 'here-')), await mkdtemp(join(world.folder, 'there-'))];
});
afterEach(() => world.closeGates());
afterAll(() => world?.stop());

const sftp = (gate: Gate, lines: readonly string[], flags: readonly string[] = []): Promise<Ran> =>
  run('sftp', [...flags, '-P', String(gate.port), ...gate.options, '-b', '-', `${user}@127.0.0.1`], {
    input: `${lines.join('\n')}\n`,
  });
/** What of files is in the record, each as `operation path`. */
const files = (gate: Gate): FakeCommand[] =>
  gate.gateway.sessions.flatMap(({ commands }) =>
    commands.filter(({ request }) => /ssh\.file-/.test(request.operation)),
  );
const told = (gate: Gate, but = /file-list/): string[] =>
  files(gate)
    .filter(({ request }) => !but.test(request.operation))
    .map(({ request }) => `${request.operation} ${request.text}`);

describe('files over SFTP', () => {
  it('go both ways, and the record has path, size and SHA-256', async () => {
    const gate = await world.gate();
    for (const size of [0, 1, 3 * 1024 * 1024 + 17]) {
      const data = randomBytes(size);
      const [local, remote, back] = [join(here, `a${size}`), join(there, `a ${size} é`), join(here, `b${size}`)];
      await writeFile(local, data);
      expect(await sftp(gate, [`put "${local}" "${remote}"`, `get "${remote}" "${back}"`])).toMatchObject({
        status: 0,
        stderr: '',
      });
      expect(sha256(await readFile(back))).toBe(sha256(data));
      const [written, read] = gate.gateway.last.commands.filter(({ request }) =>
        /file-(read|write)/.test(request.operation),
      );
      expect([written?.request, read?.request]).toMatchObject([
        { operation: 'ssh.file-write', text: remote },
        { operation: 'ssh.file-read', text: remote },
      ]);
      expect([written?.result, read?.result]).toEqual([{ status: '' }, { status: '' }]);
      if (size === 0) continue;
      expect([written?.summarised.get(StreamKind.INPUT), written?.digest(StreamKind.INPUT)]).toEqual([
        size,
        sha256(data),
      ]);
      expect([read?.summarised.get(StreamKind.OUTPUT), read?.digest(StreamKind.OUTPUT)]).toEqual([size, sha256(data)]);
    }
  }, 60_000);

  it('are made, moved, linked and removed, and each is a command', async () => {
    const gate = await world.gate();
    await writeFile(join(here, 'f'), 'x');
    const lines = [
      `cd ${there}`,
      'mkdir d',
      `put ${join(here, 'f')} d/f`,
      'rename d/f d/g',
      'ln -s g d/link',
      'ln d/g d/hard',
      'chmod 600 d/g',
      'ls -l d',
      'df .',
      'rm d/link',
      'rm d/hard',
      'rm d/g',
      'rmdir d',
    ];
    expect(await sftp(gate, lines)).toMatchObject({ status: 0, stderr: '' });
    expect(told(gate)).toEqual([
      `ssh.file-change ${there}/d`,
      `ssh.file-write ${there}/d/f`,
      `ssh.file-change ${there}/d/f`,
      `ssh.file-write ${there}/d/g`,
      `ssh.file-change ${there}/d/link`,
      `ssh.file-read ${there}/d/g`,
      `ssh.file-write ${there}/d/hard`,
      `ssh.file-change ${there}/d/g`,
      `ssh.file-change ${there}/d/link`,
      `ssh.file-change ${there}/d/hard`,
      `ssh.file-change ${there}/d/g`,
      `ssh.file-change ${there}/d`,
    ]);
    expect(await readdir(there)).toEqual([]);
    const done = files(gate).filter(({ request }) => request.operation !== 'ssh.file-list');
    expect(done.map(({ result }) => result?.status)).toEqual(done.map(() => ''));
  });

  it('go on where they stopped, and the record says from where', async () => {
    const gate = await world.gate();
    const data = randomBytes(400_000);
    await writeFile(join(there, 'whole'), data);
    await writeFile(join(here, 'part'), data.subarray(0, 100_000));
    expect((await sftp(gate, [`reget ${there}/whole ${here}/part`])).status).toBe(0);
    expect(sha256(await readFile(join(here, 'part')))).toBe(sha256(data));
    const read = files(gate).find(({ request }) => request.operation === 'ssh.file-read');
    expect(read?.result).toEqual({ status: 'from_byte_100000' });
    expect(read?.digest(StreamKind.OUTPUT)).toBe(sha256(data.subarray(100_000)));
  });

  it('may be many, in folders', async () => {
    const gate = await world.gate();
    await mkdir(join(here, 'tree/sub'), { recursive: true });
    for (let count = 0; count < 300; count += 1) await writeFile(join(here, `tree/sub/${count}`), `file ${count}`);
    const from = join(here, 'tree');
    expect((await sftp(gate, [`put -r ${from} ${there}/tree`, `get -r ${there}/tree ${here}/back`])).status).toBe(0);
    expect((await readdir(join(here, 'back/sub'))).length).toBe(300);
    expect(await readFile(join(here, 'back/sub/299'), 'utf8')).toBe('file 299');
    expect(told(gate, /list|change/)).toHaveLength(600);
  }, 60_000);

  it('may be large, and folders full', async () => {
    const gate = await world.gate();
    const data = randomBytes(64 * 1024 * 1024);
    await writeFile(join(here, 'large'), data);
    expect((await sftp(gate, [`put ${here}/large ${there}/large`, `get ${there}/large ${here}/back`])).status).toBe(0);
    expect(sha256(await readFile(join(here, 'back')))).toBe(sha256(data));
    const passed = files(gate).filter(({ summarisedBytes }) => summarisedBytes > 0);
    expect(passed.map(({ request, result }) => [request.operation, result?.status])).toEqual([
      ['ssh.file-write', ''],
      ['ssh.file-read', ''],
    ]);
    expect(passed[0]?.digest(StreamKind.INPUT)).toBe(sha256(data));
    expect(passed[1]?.digest(StreamKind.OUTPUT)).toBe(sha256(data));
    await mkdir(join(there, 'full'));
    for (let count = 0; count < 10_000; count += 1) writeFileSync(join(there, 'full', `entry-${count}`), '');
    const before = files(gate).length;
    const listed = await sftp(gate, [`ls -1 ${there}/full`]);
    expect(listed.stdout.match(/entry-\d+$/gm)).toHaveLength(10_000);
    expect(files(gate).length - before).toBeLessThan(5);
  }, 60_000);

  it('may have a line feed in their names, which the record has as well', async () => {
    const gate = await world.gate();
    const name = 'two\nlines';
    await writeFile(join(here, 'f'), 'x');
    const ran = await run('scp', [
      '-P',
      String(gate.port),
      ...gate.options,
      join(here, 'f'),
      `${user}@127.0.0.1:${there}/${name}`,
    ]);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    expect(await readFile(join(there, name), 'utf8')).toBe('x');
    expect(told(gate)).toContain(`ssh.file-write ${there}/${name}`);
  });
});

describe('what a rule refuses of files', () => {
  const noDownloads = {
    refuses: ({ operation }: { operation: string }) =>
      operation === 'ssh.file-read' ? 'files stay there.' : undefined,
  };

  it('is said to the person, and the rest goes on', async () => {
    const gate = await world.gate(noDownloads);
    await writeFile(join(there, 'secret'), 'secret');
    await writeFile(join(here, 'f'), 'x');
    const ran = await sftp(gate, [`-get ${there}/secret ${here}/secret`, `put ${here}/f ${there}/f`, `ls ${there}`]);
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain('Inland refused this: files stay there. (rule ResidencyPolicy/test)');
    expect(ran.stderr).toContain('Permission denied');
    expect(await readdir(here)).toEqual(['f']);
    expect(await readFile(join(there, 'f'), 'utf8')).toBe('x');
  });

  it('is said by scp as well', async () => {
    const gate = await world.gate(noDownloads);
    await writeFile(join(there, 'secret'), 'secret');
    const from = `${user}@127.0.0.1:${there}/secret`;
    const ran = await run('scp', ['-P', String(gate.port), ...gate.options, from, here]);
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain('files stay there.');
    expect(await readdir(here)).toEqual([]);
  });

  it('is judged by the real path: neither a link nor dots lead past it', async () => {
    await mkdir(join(there, 'kept'));
    await mkdir(join(there, 'open'));
    await writeFile(join(there, 'kept/f'), 'kept');
    await symlink('../kept', join(there, 'open/way'));
    await symlink('../kept/f', join(there, 'open/link'));
    const gate = await world.gate({
      refuses: ({ operation, text }) =>
        operation !== 'ssh.file-list' && text.startsWith(join(there, 'kept')) ? 'that folder is kept.' : undefined,
    });
    const ways = ['kept/f', 'open/../kept/f', 'open/way/f', 'open/link', 'kept/./../kept//f'];
    for (const way of ways) {
      const ran = await sftp(gate, [`get ${there}/${way} ${here}/f`]);
      expect([way, ran.status, /that folder is kept/.test(ran.stderr)]).toEqual([way, 1, true]);
    }
    const others = [
      `ln ${there}/kept/f ${there}/open/hard`,
      `rename ${there}/kept/f ${there}/open/f`,
      `rm ${there}/open/way/f`,
    ];
    for (const line of others) expect([line, (await sftp(gate, [line])).status]).toEqual([line, 1]);
    expect(await readdir(here)).toEqual([]);
    expect((await readdir(join(there, 'open'))).sort()).toEqual(['link', 'way']);
    // A link of its own may go: it is not what it points to.
    expect((await sftp(gate, [`rm ${there}/open/link`])).status).toBe(0);
  }, 60_000);
});

describe('clients that people have', () => {
  const program = (name: string): string => join(world.folder, name);
  const both = async (gate: Gate, ran: Ran, data: Buffer, name = 'up'): Promise<void> => {
    expect([ran.status, sha256(await readFile(join(there, name)))]).toEqual([0, sha256(data)]);
    expect(sha256(await readFile(join(here, 'down')))).toBe(sha256(data));
    const kinds = told(gate).filter((line) => line.endsWith(`/${name}`));
    expect(kinds).toContain(`ssh.file-write ${there}/${name}`);
    expect(kinds).toContain(`ssh.file-read ${there}/${name}`);
    for (const command of files(gate)) {
      if (command.request.operation === 'ssh.file-write' && command.summarisedBytes === data.length)
        expect(command.digest(StreamKind.INPUT)).toBe(sha256(data));
      if (
        command.request.operation === 'ssh.file-read' &&
        command.result?.status === '' &&
        command.summarisedBytes === data.length
      )
        expect(command.digest(StreamKind.OUTPUT)).toBe(sha256(data));
    }
  };
  const data = randomBytes(1_000_003);
  beforeEach(() => writeFile(join(here, 'up'), data));

  it('scp copies folders with their times', async () => {
    const gate = await world.gate();
    await mkdir(join(here, 'tree'));
    await writeFile(join(here, 'tree/f'), data);
    const at = `${user}@127.0.0.1:${there}`;
    const ran = await run('scp', ['-rp', '-P', String(gate.port), ...gate.options, join(here, 'tree'), at]);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    expect(sha256(await readFile(join(there, 'tree/f')))).toBe(sha256(data));
    expect((await stat(join(there, 'tree/f'))).mtimeMs).toBeCloseTo((await stat(join(here, 'tree/f'))).mtimeMs, -4);
  });

  it('lftp', async () => {
    const gate = await world.gate();
    const connect = `ssh -a -x ${gate.options.join(' ')}`;
    const script = `set sftp:auto-confirm yes; set sftp:connect-program "${connect}"; open -u ${user}, sftp://127.0.0.1:${gate.port}; put ${here}/up -o ${there}/up; get ${there}/up -o ${here}/down; bye`;
    await both(gate, await run('lftp', ['-c', script]), data);
  }, 60_000);

  it('curl (libssh2)', async () => {
    const gate = await world.gate();
    const url = (name: string): string => `sftp://127.0.0.1:${gate.port}${there}/${name}`;
    const key = ['-k', '--key', world.keyFile, '--user', `${user}:`];
    const put = await run('curl', ['-sS', ...key, '-T', join(here, 'up'), url('up')]);
    expect([put.status, put.stderr]).toEqual([0, '']);
    await both(gate, await run('curl', ['-sS', ...key, '-o', join(here, 'down'), url('up')]), data);
  }, 60_000);

  it('paramiko', async () => {
    const gate = await world.gate();
    const file = program('with-paramiko.py');
    await writeFile(
      file,
      [
        'import paramiko, sys',
        'port, user, key, here, there = sys.argv[1:]',
        'client = paramiko.SSHClient(); client.set_missing_host_key_policy(paramiko.AutoAddPolicy())',
        'client.connect("127.0.0.1", int(port), user, key_filename=key, look_for_keys=False, allow_agent=False)',
        'sftp = client.open_sftp()',
        'sftp.put(here + "/up", there + "/up"); sftp.get(there + "/up", here + "/down")',
        'sftp.mkdir(there + "/d"); print(sorted(sftp.listdir(there)), sftp.stat(there + "/up").st_size)',
        'client.close()',
      ].join('\n'),
    );
    const ran = await run(sshClients().python, [file, String(gate.port), user, world.keyFile, here, there]);
    expect(ran.stdout).toBe(`['d', 'up'] ${data.length}\n`);
    await both(gate, ran, data);
  }, 60_000);

  it('asyncssh', async () => {
    const gate = await world.gate();
    const file = program('with-asyncssh.py');
    await writeFile(
      file,
      [
        'import asyncio, asyncssh, sys',
        'port, user, key, here, there = sys.argv[1:]',
        'async def main():',
        '    async with asyncssh.connect("127.0.0.1", int(port), username=user, client_keys=[key], known_hosts=None) as conn:',
        '        async with conn.start_sftp_client() as sftp:',
        '            await sftp.put(here + "/up", there + "/up"); await sftp.get(there + "/up", here + "/down")',
        '            print(sorted(await sftp.listdir(there))[-1])',
        'asyncio.run(main())',
      ].join('\n'),
    );
    const ran = await run(sshClients().python, [file, String(gate.port), user, world.keyFile, here, there]);
    expect(ran.stdout).toBe('up\n');
    await both(gate, ran, data);
  }, 60_000);

  it('psftp (PuTTY)', async () => {
    const gate = await world.gate();
    const key = join(world.folder, 'alice.ppk');
    const made = await run('puttygen', [world.keyFile, '-O', 'private', '-o', key]);
    expect([made.status, made.stderr]).toEqual([0, '']);
    const hostKey = (await run('ssh-keygen', ['-lf', world.hostKeyFile])).stdout.split(' ')[1] ?? '';
    const script = program('psftp.txt');
    await writeFile(script, `put ${here}/up ${there}/up\nget ${there}/up ${here}/down\nquit\n`);
    const args = [
      '-batch',
      '-P',
      String(gate.port),
      '-i',
      key,
      '-hostkey',
      hostKey,
      '-b',
      script,
      '-l',
      user,
      '127.0.0.1',
    ];
    const ran = await run('psftp', args);
    await both(gate, ran, data);
  }, 60_000);
});

it('names of files are told apart whatever their bytes', async () => {
  const gate = await world.gate();
  await writeFile(join(here, 'f'), 'x');
  const names = ['with "quotes"', 'tab\there', "it's", '日本'];
  for (const name of names) {
    const quoted = `"${there}/${name.replaceAll('"', '\\"')}"`;
    expect((await sftp(gate, [`put ${here}/f ${quoted}`])).status).toBe(0);
  }
  expect(told(gate).map((line) => basename(line))).toEqual(names);
});
