// Adds to package-lock.json the optional packages of other platforms that the registry at hand does not serve, so that
// `npm ci` finds the lock complete everywhere. Run it after `npm install`. What it adds is never installed on a platform
// that does not match, and carries no integrity hash.
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['darwin', 'win32', 'freebsd', 'android', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony', 'linux'];
const processors = [
  'arm64',
  'aarch64',
  'armv7',
  'armhf',
  'arm',
  'x64',
  'ia32',
  'ppc64',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
  'wasm32',
];
const cpuOf = { aarch64: 'arm64', armv7: 'arm', armhf: 'arm' };

function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) =>
    words.some((word) => word === processor || word.startsWith(`${processor}_`)),
  );
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : undefined;
  return {
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpuOf[cpu] ?? cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
}

let added = 0;
for (const [place, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const exact = version.replace(/^[\^~]/, '');
    const nested = place === '' ? '' : `${place}/`;
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${nested}node_modules/${name}`]) continue;
    const platform = platformOf(name);
    if (platform.os === undefined && platform.cpu === undefined) {
      console.error(`left out: ${name}, whose platform its name does not tell`);
      continue;
    }
    lock.packages[`node_modules/${name}`] = { version: exact, ...platform, optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([one], [other]) => (one < other ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to ${file}`);
