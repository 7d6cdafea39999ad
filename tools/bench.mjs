// `npm run bench -- NAME [--json] [--OPTION VALUE …]`: runs bench/NAME.mjs with its options, such as `--only copy` and
// `--rounds 1`. Figures are ratios, side by side in one run.
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
const options = {};
for (let at = 0; at < flags.length; at += 1) {
  const key = flags[at].replace(/^--/, '');
  if (key === 'json') options.json = true;
  else options[key] = Number.isNaN(Number(flags[(at += 1)])) ? flags[at] : Number(flags[at]);
}
await run(options);
process.exit(0);
