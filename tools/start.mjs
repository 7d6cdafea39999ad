// `npm start`: compiles what changed, then runs Inland with its demo and the tour.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (!existsSync('services/cli/dist/main.js')) console.log('Compiling, which takes a moment the first time …');
const { status } = spawnSync('node_modules/.bin/tsc', ['-b', 'tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
process.argv.splice(2, 0, 'start', '--tour');
await import('../services/cli/bin/inland.js');
