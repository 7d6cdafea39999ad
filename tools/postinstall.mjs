// Builds ssh2's native ciphers for the Node that runs Inland. Without them ssh2 silently falls back to
// JavaScript at a fifth of the speed; npm does not run a dependency's install script, so this does. Applies patches/ too.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import './patch-packages.mjs';

const require = createRequire(import.meta.url);

function cryptoFolder() {
  try {
    return join(dirname(require.resolve('ssh2/package.json')), 'lib/protocol/crypto');
  } catch {
    return undefined; // not installed (a partial install): nothing to build
  }
}

/** Built from the source as it is: a patch may have changed it since. */
function isCurrent(folder) {
  const [built, source] = [join(folder, 'build/Release/sshcrypto.node'), join(folder, 'src/binding.cc')];
  return existsSync(built) && statSync(built).mtimeMs >= statSync(source).mtimeMs;
}

function loads(folder) {
  try {
    execFileSync(process.execPath, ['-e', `require(${JSON.stringify(join(folder, 'build/Release/sshcrypto.node'))})`], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

const folder = cryptoFolder();
if (folder !== undefined && !(isCurrent(folder) && loads(folder))) {
  const nodeRoot = join(dirname(process.execPath), '..');
  const env = { ...process.env };
  if (existsSync(join(nodeRoot, 'include/node/node.h'))) env.npm_config_nodedir = nodeRoot;
  else delete env.npm_config_nodedir;
  const gyp = process.env.npm_config_node_gyp;
  const [command, args] = gyp ? [process.execPath, [gyp, 'rebuild']] : ['node-gyp', ['rebuild']];
  try {
    execFileSync(command, args, { cwd: folder, env, stdio: 'pipe' });
    console.log(`ssh2: native ciphers built for Node ${process.version}`);
  } catch (error) {
    console.error(`ssh2: native ciphers could not be built; SSH will run at about a fifth of its speed.`);
    console.error(`      A C++ compiler, make and Python 3 are needed. ${String(error.stderr ?? error).slice(-400)}`);
  }
}
