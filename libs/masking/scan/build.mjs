// Assembles candidates.wat into src/candidates-wasm.ts: `node libs/masking/scan/build.mjs`. A test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

/** @returns {Promise<string>} what src/candidates-wasm.ts is to be */
export async function assembled() {
  const { parseWat } = await wabt();
  const source = readFileSync(new URL('candidates.wat', import.meta.url), 'utf8');
  const module = parseWat('candidates.wat', source, { simd: true });
  module.validate({ simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  const base64 = Buffer.from(buffer).toString('base64');
  const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return (
    '// Assembled from scan/candidates.wat by scan/build.mjs: change that, not this.\n' +
    `export const candidatesWasm =\n${lines.join(' +\n')};\n`
  );
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL('../src/candidates-wasm.ts', import.meta.url), await assembled());
