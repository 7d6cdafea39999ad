// Lint, types, format, and the protobuf rules: `npm run check`. Each step says its name; the first failure stops.
import { execFileSync, spawnSync } from 'node:child_process';

const bin = (name) => `node_modules/.bin/${name}`;

function hasBaseline() {
  return spawnSync('git', ['rev-parse', '--verify', '-q', 'HEAD:proto'], { stdio: 'ignore' }).status === 0;
}

const steps = [
  ['types', bin('tsc'), ['-b', 'tsconfig.json']],
  ['types of tests', bin('tsc'), ['-p', 'test/tsconfig.json']],
  ['lint', bin('oxlint'), ['--quiet', '.']],
  ['format', bin('oxfmt'), ['--check', '.']],
  ['buf lint', bin('buf'), ['lint', 'proto']],
  ...(hasBaseline()
    ? [['buf breaking', bin('buf'), ['breaking', 'proto', '--against', '.git#ref=HEAD,subdir=proto']]]
    : []),
];

for (const [name, command, args] of steps) {
  const startedAt = Date.now();
  try {
    execFileSync(command, args, { stdio: 'pipe' });
    console.log(`ok      ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  } catch (error) {
    console.error(`failed  ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
    process.exit(1);
  }
}
