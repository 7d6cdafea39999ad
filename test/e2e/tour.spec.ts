import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from './world/free-ports.ts';
import { inlandProgram, projectFolder } from './world/project.ts';
import { run, Started } from './world/run-process.ts';

// What a newcomer sees: the same whatever INLAND_E2E says.
let folder: string;
let env: Record<string, string>;
let inland: Started;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-tour-'));
  const [http, ssh, postgres] = await freePorts(3);
  env = {
    INLAND_HOME: folder,
    INLAND_HTTP_PORT: String(http),
    INLAND_SSH_PORT: String(ssh),
    INLAND_POSTGRES_PORT: String(postgres),
  };
  inland = new Started(process.execPath, [inlandProgram, 'start', '--tour'], env, projectFolder);
  await inland.said('Ctrl-C stops it.', 120_000);
}, 150_000);
afterAll(async () => {
  await inland?.stop('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

describe('the tour', () => {
  it('shows four accesses: what was typed, what came back, and why', () => {
    const [, ssh = '', sql = '', refused = '', replay = ''] = inland.output.split(/\n\d\. /);
    expect(ssh).toContain('customers.csv');
    expect(ssh).toMatch(/Mara Lindqvist,m\*+/);
    expect(sql).toMatch(/Anneliese Brandt\s+a\*+\.\*+@\*+\.org\s+\*{12}3315\s+DE\*+4567/);
    expect(refused).toContain('FATAL: Inland refused this: orders-us is in aws:us-east-1 (Virginia, US)');
    expect(refused).toContain('rule ResidencyPolicy/personal-data-stays-in-eea');
    expect(refused).not.toContain('Anneliese');
    expect(replay).toContain('alice → app@orders-eu');
    expect(replay).toMatch(/Anneliese Brandt \| a\*+/);
    expect(replay).toContain('completed, 9 values masked');
  });

  it('is followed by commands that can be pasted', async () => {
    const pasted = inland.output
      .split('\n')
      .flatMap((line) => /^ {2}((?:ssh|sftp|PGPASSWORD|npx).*)$/.exec(line)?.[1] ?? []);
    expect(pasted.length).toBeGreaterThanOrEqual(9);
    const shell = (command: string, input: string): ReturnType<typeof run> =>
      run('/bin/sh', ['-c', command], {
        input,
        env: {
          ...env,
          PATH: `${join(projectFolder, 'node_modules/.bin')}:${process.env['PATH']}`,
          XDG_CACHE_HOME: folder,
        },
        cwd: projectFolder,
      });
    const sessions = JSON.parse((await shell('npx inland sessions --json', '')).stdout) as { id: string }[];
    for (const command of pasted) {
      const input = command.startsWith('ssh') ? 'echo pasted\n' : command.startsWith('sftp') ? 'ls\n' : '';
      const ran = await shell(command.replace(/\bID\b/, sessions[0]?.id ?? ''), input);
      const refused = command.includes('orders-us');
      const expected = !refused ? 0 : command.includes('psql') ? 2 : 3;
      expect({
        command,
        status: ran.status,
        stderr: refused ? '' : ran.stderr.replace(/Pseudo-terminal.*\r?\n/, '').replace(/Connected to.*\r?\n/, ''),
      }).toEqual({ command, status: expected, stderr: '' });
      if (command.startsWith('ssh')) expect(ran.stdout).toContain('pasted');
    }
  }, 90_000);

  it('says so when a port is taken', async () => {
    const second = await run(process.execPath, [inlandProgram, 'start'], {
      env: { ...env, INLAND_HOME: join(folder, 'second') },
      cwd: projectFolder,
    });
    expect(second.status).toBe(78);
    expect(second.stderr).toContain(`port ${env['INLAND_HTTP_PORT']} on 127.0.0.1 is taken`);
    expect(second.stderr).toContain('INLAND_HTTP_PORT');
  });

  it('ends cleanly on Ctrl-C, and starts again with what it had', async () => {
    expect(await inland.stop('SIGINT')).toBe(0);
    expect(inland.output).toContain('Stopped.');
    inland = new Started(process.execPath, [inlandProgram, 'start'], env, projectFolder);
    await inland.said('Ctrl-C stops it.', 90_000);
    const sessions = await run(process.execPath, [inlandProgram, 'sessions', '--json'], {
      env: { ...env, XDG_CACHE_HOME: folder },
      cwd: projectFolder,
    });
    expect((JSON.parse(sessions.stdout) as unknown[]).length).toBeGreaterThanOrEqual(3);
  }, 120_000);
});
