#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `inland needs Node 24 (this is ${process.version}). Run it with \`npx inland\` or \`npm run inland --\`.`,
  );
  process.exit(78);
}
const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(main))) {
  console.error('inland is not compiled yet. Run `npm run build` first.');
  process.exit(78);
}
await import(main.href);
