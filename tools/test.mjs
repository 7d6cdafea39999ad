// Runs the tests: `node tools/test.mjs [unit|contract|e2e|fault|all] [path or name pattern …]`.
//   unit      beside the code, no I/O, under a minute           libs, services: *.spec.ts; test/*.spec.ts
//   contract  every port's contract on every adapter, real parts  test/contract
//   e2e       real processes and clients: embedded, then as a cluster  test/e2e (INLAND_E2E=embedded|cluster: one)
//   fault     brokers killed, disks filled, processes killed       test/fault
// Real parts that are missing are installed first (test/parts/install.mjs); what cannot be installed is named, and is
// a failure when CI is set.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

const kinds = {
  unit: { paths: ['libs/', 'services/', 'test/architecture'], workers: '2' },
  contract: { paths: ['test/contract/'], workers: '1' },
  e2e: { paths: ['test/e2e/'], workers: '1', worlds: ['embedded', 'cluster'] },
  fault: { paths: ['test/fault/'], workers: '1' },
};

const [first, ...rest] = process.argv.slice(2);
const chosen = first === undefined || first === 'all' ? Object.keys(kinds) : first in kinds ? [first] : undefined;
const patterns = chosen === undefined ? [first, ...rest] : rest;

function hasTests(paths) {
  return paths.some((path) => !path.endsWith('/') || globSync(`${path}**/*.spec.ts`).length > 0);
}

function run(command, args, env = {}) {
  const result = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (result.error) console.error(String(result.error));
  return result.status ?? 1;
}

if ((chosen === undefined || chosen.some((kind) => kind !== 'unit')) && existsSync('test/parts/install.mjs')) {
  const status = run(process.execPath, ['test/parts/install.mjs']);
  if (status !== 0) process.exit(status);
}
if (chosen?.some((kind) => kind !== 'unit')) {
  const status = run('npm', ['run', '--silent', 'build']);
  if (status !== 0) process.exit(status);
}

const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  'node_modules/jest/bin/jest.js',
  '--config',
  'jest.config.mjs',
];
if (chosen === undefined) process.exit(run(process.execPath, [...jest, '--runInBand', ...patterns]));
for (const kind of chosen) {
  if (patterns.length === 0 && !hasTests(kinds[kind].paths)) continue; // a kind that has no tests yet
  const { paths, workers } = kinds[kind];
  const args =
    patterns.length > 0 ? patterns : paths.map((path) => `<rootDir>/${path}`.replace('<rootDir>', process.cwd()));
  const worlds = process.env.INLAND_E2E ? [process.env.INLAND_E2E] : (kinds[kind].worlds ?? [undefined]);
  for (const world of worlds) {
    console.log(`\n== ${kind} tests${world === undefined ? '' : `, ${world}`}`);
    const env = world === undefined ? {} : { INLAND_E2E: world };
    const status = run(process.execPath, [...jest, '--maxWorkers', workers, ...args], env);
    if (status !== 0) process.exit(status);
  }
}
