import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mutantsOf } from '../../libs/residency/rego/mutants.mjs';

/** The tests of the default policy notice whenever one of its conditions is dropped or flipped. */
const rego = fileURLToPath(new URL('../../libs/residency/rego/', import.meta.url));
const path = `${join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin')}:${process.env['PATH'] ?? ''}`;
let folder: string;

const regoFiles = async () => (await readdir(rego)).filter((file) => file.endsWith('.rego'));

const opa = (...args: readonly string[]) => spawnSync('opa', args, { env: { ...process.env, PATH: path } }).status;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-mutants-'));
  for (const file of await regoFiles()) await copyFile(join(rego, file), join(folder, file));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a mutant of the default policy', () => {
  it('is noticed by its tests, whichever it is', async () => {
    expect(opa('test', folder)).toBe(0); // unchanged, they pass
    const unnoticed: string[] = [];
    let noticed = 0;
    for (const name of (await regoFiles()).filter((one) => !one.endsWith('_test.rego'))) {
      const source = await readFile(join(rego, name), 'utf8');
      const file = join(folder, name);
      for (const mutant of mutantsOf(source)) {
        await writeFile(file, mutant.source);
        if (opa('check', folder) !== 0) continue; // it is no policy any more
        if (opa('test', folder) === 0) unnoticed.push(`${name}:${mutant.line}: ${mutant.change}`);
        else noticed += 1;
      }
      await writeFile(file, source);
    }
    expect(unnoticed).toEqual([]);
    expect(noticed).toBeGreaterThan(300);
  }, 420_000);
});
