import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mutantsOf } from '../../libs/residency/rego/mutants.mjs';

/** The tests of the default policy notice whenever one of its conditions is dropped or flipped. */
const rego = fileURLToPath(new URL('../../libs/residency/rego/', import.meta.url));
const path = `${join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin')}:${process.env['PATH'] ?? ''}`;
let folder: string;

const opa = (...args: readonly string[]) => spawnSync('opa', args, { env: { ...process.env, PATH: path } }).status;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-mutants-'));
  await copyFile(join(rego, 'decision_test.rego'), join(folder, 'decision_test.rego'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a mutant of the default policy', () => {
  it('is noticed by its tests, whichever it is', async () => {
    const source = await readFile(join(rego, 'decision.rego'), 'utf8');
    const file = join(folder, 'decision.rego');
    await writeFile(file, source);
    expect(opa('test', folder)).toBe(0); // unchanged, they pass
    const unnoticed: string[] = [];
    let noticed = 0;
    for (const mutant of mutantsOf(source)) {
      await writeFile(file, mutant.source);
      if (opa('check', file) !== 0) continue; // it is no policy any more
      if (opa('test', folder) === 0) unnoticed.push(`line ${mutant.line}: ${mutant.change}`);
      else noticed += 1;
    }
    expect(unnoticed).toEqual([]);
    expect(noticed).toBeGreaterThan(150);
  }, 180_000);
});
