import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { sha256Hex } from '@inland/residency';

const residency = fileURLToPath(new URL('../../libs/residency/', import.meta.url));

it('the policy bundle that is checked in is what its Rego compiles to, and the Rego passes its own tests', () => {
  const output = mkdtempSync(join(tmpdir(), 'inland-bundle-'));
  try {
    execFileSync(process.execPath, [join(residency, 'rego/build.mjs'), output], { stdio: 'pipe', timeout: 60_000 });
    const built = readFileSync(join(output, 'default.wasm'));
    const kept = readFileSync(join(residency, 'bundle/default.wasm'));
    expect(sha256Hex(kept)).toBe(sha256Hex(built));
    const stated = JSON.parse(readFileSync(join(residency, 'bundle/default.json'), 'utf8')) as {
      readonly digest: string;
    };
    expect(stated.digest).toBe(sha256Hex(kept));
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});
