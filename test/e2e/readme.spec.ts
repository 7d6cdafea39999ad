import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from './world/free-ports.ts';
import { projectFolder } from './world/project.ts';
import { run, Started } from './world/run-process.ts';

// The README's commands, as they stand there, in a folder that looks like a clone: the same whatever INLAND_E2E says.
let clone: string;
let env: Record<string, string>;
let ports: readonly (readonly [printed: string, here: string])[];
let inland: Started;
const readme = await readFile(join(projectFolder, 'README.md'), 'utf8');

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);
}

const commands = blocks('sh').flatMap((text) => text.trimEnd().split('\n'));
/** What `.ci/run` and the tests of the project itself run. */
const runElsewhere = new Set(['npm ci', 'npm start', 'npm test', 'npm run check']);

beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), 'inland-readme-'));
  for (const name of await readdir(projectFolder))
    if (!['.inland', '.git'].includes(name)) await symlink(join(projectFolder, name), join(clone, name));
  const [http = 0, ssh = 0, postgres = 0] = await freePorts(3);
  ports = [
    ['7400', String(http)],
    ['7422', String(ssh)],
    ['7432', String(postgres)],
  ];
  env = {
    PATH: `${join(projectFolder, 'node_modules/.bin')}:${process.env['PATH']}`,
    XDG_CACHE_HOME: join(clone, 'cache'),
    INLAND_HTTP_PORT: String(http),
    INLAND_SSH_PORT: String(ssh),
    INLAND_POSTGRES_PORT: String(postgres),
  };
  inland = new Started('npm', ['start', '--silent'], env, clone, { group: true });
  await inland.said('Ctrl-C stops it.', 120_000);
}, 150_000);
afterAll(async () => {
  await inland?.stop('SIGINT'); // to all of the group, as a terminal does
  await rm(clone, { recursive: true, force: true });
}, 60_000);

/** Without what differs each time: ids, seconds, and this machine's ports. */
function sameEachTime(text: string): string {
  let same = text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/g, 'ID').replace(/\(\d+\.\d s\)/g, '(s)');
  for (const [printed, here] of ports) same = same.replaceAll(here, printed);
  return same;
}

describe('the README', () => {
  it('shows what npm start prints', () => {
    const printed = sameEachTime(inland.output);
    const [shown = ''] = blocks('text');
    expect(printed.slice(printed.indexOf('ok  demo')).split('\n\nInland runs in')[0]?.trim()).toBe(
      sameEachTime(shown).trim(),
    );
  });

  it('has commands that its own tests run', async () => {
    expect(commands.length).toBeGreaterThan(10);
    const ci = await readFile(join(projectFolder, '.ci/run'), 'utf8');
    for (const command of ['npm ci', 'npm test', 'npm run check']) {
      expect(commands).toContain(command);
      expect(ci).toContain(command);
    }
  });

  it.each(commands.filter((command) => !runElsewhere.has(command)))('has a command that works: %s', async (command) => {
    let here = command;
    for (const [printed, port] of ports) here = here.replaceAll(printed, port);
    const { status, stdout, stderr } = await run('/bin/sh', ['-c', here], { env, cwd: clone });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });
});
