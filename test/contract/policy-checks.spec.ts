import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../e2e/world/run-process.ts';

/** `inland policy`, as a person calls it, on the rules of deploy/examples. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const example = (name: string): string => join(root, 'deploy/examples', `${name}.yaml`);
const rules = ['targets', 'residency', 'access'].flatMap((name) => ['-f', example(name)]);
const inland = (...args: readonly string[]) =>
  run(process.execPath, [join(root, 'services/cli/bin/inland.js'), 'policy', ...args]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inland-policy-checks-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('inland policy', () => {
  it('runs the tests that stand beside rules', async () => {
    const ran = await inland('test', ...rules, '-f', example('policy-tests'));
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^8 of 8 came out as expected$/m);
  });

  it('fails when a rule no longer says what it is to say, and names the case', async () => {
    await writeFile(join(folder, 'targets.yaml'), await readFile(example('targets')));
    await writeFile(join(folder, 'access.yaml'), await readFile(example('access')));
    const residency = await readFile(example('residency'), 'utf8');
    await writeFile(
      join(folder, 'residency.yaml'),
      residency.replace('client: { within: [EEA] }', 'client: { within: [EEA, US] }'),
    );
    await writeFile(join(folder, 'tests.yml'), await readFile(example('policy-tests')));
    const ran = await inland('test', '-f', folder);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/^FAILED {2}orders: nobody from outside the EEA$/m);
    expect(ran.stdout).toMatch(/^7 of 8 came out as expected$/m);
  });

  it('tells of rules that cannot mean what they say', async () => {
    const sound = await inland('lint', ...rules, '--json');
    expect([sound.status, JSON.parse(sound.stdout)]).toEqual([
      0,
      [expect.objectContaining({ code: 'target_outside', resource: 'Target/orders-us' })],
    ]);
    const strict = await inland('lint', ...rules, '--strict');
    expect(strict.status).toBe(1);
    const file = join(folder, 'nowhere.yaml');
    await writeFile(
      file,
      'apiVersion: inland/v1\nkind: ResidencyPolicy\nmetadata: { name: p }\nspec: { covers: {}, require: { client: { within: [EAA] } } }\n',
    );
    const wrong = await inland('lint', ...rules, '-f', file);
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain('require.client names EAA, which is no jurisdiction, country or region');
  });

  it('shows who would reach what, as a table, CSV and a picture', async () => {
    const shown = await inland('matrix', ...rules, '--from', 'DE');
    expect(shown.stdout).toMatch(/^orders-eu +aws:eu-central-1 +allowed; mask card, email, iban/m);
    expect(shown.stdout).toMatch(/^orders-us +aws:us-east-1 +refused \(residency_target_outside\)$/m);
    const csv = await inland('matrix', ...rules, '--from', 'US', '--csv');
    expect(csv.stdout).toMatch(/^developers,orders-eu,aws:eu-central-1,app,denied,,residency_client_outside,/m);
    const file = join(folder, 'matrix.svg');
    expect((await inland('matrix', ...rules, '--svg', file)).status).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/^<svg /);
  });

  it('names what is wrong with a file, and where', async () => {
    const ran = await inland('test', '-f', example('inland'));
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/inland\.yaml:\d+: kind: must be one of Region/);
    const twice = await inland('lint', ...rules, '-f', example('access'));
    expect(twice.stderr).toMatch(/AccessGrant\/developers-orders is in .* keep one/);
  });
});
