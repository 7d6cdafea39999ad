// `npm run bench -- NAME [--json]`: runs bench/NAME.mjs. Figures are ratios, side by side in one run.
import { existsSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const names = readdirSync(new URL('../bench/', import.meta.url))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.replace('.mjs', ''));
const [name, ...flags] = process.argv.slice(2);
const file = new URL(`../bench/${name}.mjs`, import.meta.url);
if (name === undefined || !existsSync(file)) {
  console.error(`usage: npm run bench -- ${names.join('|')} [--json]`);
  process.exit(2);
}
execFileSync('node_modules/.bin/tsc', ['-b', 'tsconfig.json'], { stdio: 'inherit' });
const { run } = await import(file.href);
await run({ json: flags.includes('--json') });
process.exit(0);
