// The developer's loop: compiles on change and restarts Inland when the compiled code changed.
import { spawn } from 'node:child_process';

const children = [
  spawn('node_modules/.bin/tsc', ['-b', '--watch', '--preserveWatchOutput', 'tsconfig.json'], { stdio: 'inherit' }),
  spawn(
    process.execPath,
    ['--watch', '--watch-preserve-output', 'services/cli/bin/inland.js', 'start', ...process.argv.slice(2)],
    { stdio: 'inherit' },
  ),
];
const stop = () => children.forEach((child) => child.kill('SIGTERM'));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of children)
  child.on('exit', (code) => {
    stop();
    process.exitCode ??= code ?? 1;
  });
