// Compiles the default policy to WebAssembly: `node libs/residency/rego/build.mjs [OUTPUT FOLDER]`. Needs OPA 1.22.2 on
// the PATH or in Go's bin folder: `go install github.com/open-policy-agent/opa@v1.22.2`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const output = process.argv[2] ?? join(here, '../bundle');
const inGo = join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin/opa');
const opa = existsSync(inGo) ? inGo : 'opa';
const work = mkdtempSync(join(tmpdir(), 'inland-opa-'));
try {
  execFileSync(opa, ['test', here], { stdio: ['ignore', 'inherit', 'inherit'] });
  const bundle = join(work, 'bundle.tar.gz');
  execFileSync(
    opa,
    [
      'build',
      '-t',
      'wasm',
      '-e',
      'inland/decision',
      '-e',
      'inland/unreadable_patterns',
      '-e',
      'inland/depends',
      '-o',
      bundle,
      // By relative paths, sorted: the module holds them, and must be the same wherever it is built.
      ...readdirSync(here)
        .filter((file) => file.endsWith('.rego') && !file.endsWith('_test.rego'))
        .sort(),
    ],
    {
      cwd: here,
      stdio: 'inherit',
    },
  );
  execFileSync('tar', ['-xPzf', bundle, '-C', work, '--transform', 's,^/,,', '/policy.wasm']);
  const wasm = readFileSync(join(work, 'policy.wasm'));
  writeFileSync(join(output, 'default.wasm'), wasm);
  const digest = createHash('sha256').update(wasm).digest('hex');
  writeFileSync(
    join(output, 'default.json'),
    `${JSON.stringify({ digest, opa: '1.22.2', entrypoints: ['inland/decision', 'inland/unreadable_patterns', 'inland/depends'] }, null, 2)}\n`,
  );
  console.log(`default.wasm ${digest}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
