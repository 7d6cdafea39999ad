// Regenerates libs/events/src/gen from proto/ with buf and protoc-gen-es, both from node_modules.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

const path = `${process.cwd()}/node_modules/.bin:${process.env.PATH}`;
rmSync('libs/events/src/gen', { recursive: true, force: true });
execFileSync('buf', ['generate'], { stdio: 'inherit', env: { ...process.env, PATH: path } });
