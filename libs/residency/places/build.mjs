// Writes src/places/regions.ts from regions.csv: `node libs/residency/places/build.mjs`. A test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';

/** @returns {string} what src/places/regions.ts is to be */
export function regionsSource() {
  const text = readFileSync(new URL('regions.csv', import.meta.url), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name, country, city, subdivision = ''] = line.split(',');
      if (
        !/^[a-z]+:[a-z0-9-]+$/.test(name) ||
        !/^[A-Z]{2}$/.test(country) ||
        !city ||
        !/^([A-Z]{2}-[A-Z0-9]{1,3})?$/.test(subdivision)
      )
        throw new Error(`regions.csv: this is no provider:region,country,city[,subdivision]: ${line}`);
      return `  ['${name}', '${country}', '${city}'${subdivision === '' ? '' : `, '${subdivision}'`}],`;
    });
  return (
    '// Written from places/regions.csv by places/build.mjs: change that, not this.\n' +
    '/** Name, country, city and (for some countries) subdivision of the regions of public clouds. */\n' +
    `export const cloudRegions: readonly (readonly [string, string, string, string?])[] = [\n${rows.join('\n')}\n];\n`
  );
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL('../src/places/regions.ts', import.meta.url), regionsSource());
