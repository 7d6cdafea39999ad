// Writes every package's tsconfig.json (project references follow its declared dependencies) and the root's.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

const packages = globSync(['libs/*/package.json', 'services/*/package.json']).sort();
const folderOf = new Map(packages.map((file) => [JSON.parse(readFileSync(file, 'utf8')).name, dirname(file)]));
const print = (value) => `${JSON.stringify(value, null, 2)}\n`;

for (const file of packages) {
  const folder = dirname(file);
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const references = Object.keys(manifest.dependencies ?? {})
    .filter((name) => folderOf.has(name))
    .map((name) => ({ path: relative(folder, folderOf.get(name)) }));
  writeFileSync(
    `${folder}/tsconfig.json`,
    print({
      extends: '../../tsconfig.base.json',
      compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
      include: ['src'],
      references,
    }),
  );
}
const references = [...folderOf.values()].map((path) => ({ path }));
writeFileSync('tsconfig.json', print({ files: [], references }));
execFileSync(
  'node_modules/.bin/oxfmt',
  [...folderOf.values(), '.'].map((folder) => `${folder}/tsconfig.json`),
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
