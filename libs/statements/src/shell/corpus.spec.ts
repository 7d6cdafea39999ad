import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadShellReader, type ShellReader } from './shell-reader.ts';

interface Entry {
  readonly line: string;
  readonly to?: readonly string[];
  readonly unproven?: readonly string[];
  readonly missed?: string;
}

function entriesOf(file: string): readonly Entry[] {
  return parse(readFileSync(new URL(`./corpus/${file}`, import.meta.url), 'utf8')) as Entry[];
}
const evasions = entriesOf('evasions.yaml');
const honest = entriesOf('honest.yaml');
const titled = (entries: readonly Entry[]) => entries.map((entry) => [entry.line, entry] as const);

let reader: ShellReader;
beforeAll(async () => {
  reader = await loadShellReader();
});

function found(line: string) {
  const { destinations, unproven } = reader.read(line);
  return { to: destinations.map(({ host }) => host), unproven: [...unproven] };
}

describe('an evasion', () => {
  it.each(titled(evasions))('is noticed: %s', (line, { to = [], unproven = [], missed }) => {
    const read = found(line);
    expect(missed === undefined ? read.to : []).toEqual(missed === undefined ? expect.arrayContaining([...to]) : []);
    expect(read.unproven).toEqual(expect.arrayContaining([...unproven]));
    if (missed !== undefined) expect(read.unproven).toEqual([]);
  });

  it('is one of many, each written once', () => {
    const noticed = evasions.filter(({ line, to = [] }) => {
      const read = found(line);
      return read.unproven.length > 0 || to.some((host) => read.to.includes(host));
    });
    process.stdout.write(`evasions noticed ${noticed.length} of ${evasions.length}\n`);
    expect(evasions.length).toBeGreaterThanOrEqual(200);
    expect(noticed.length).toBe(evasions.filter(({ missed }) => missed === undefined).length);
  });
});

describe('an honest command', () => {
  it.each(titled(honest))('is read as what it is: %s', (line, { to = [], unproven = [] }) => {
    expect(found(line)).toEqual({ to: [...to].sort(), unproven: [...unproven].sort() });
  });

  it('is one of many, most of which are proven', () => {
    const proven = honest.filter(({ line }) => found(line).unproven.length === 0);
    process.stdout.write(`honest commands judged as proven ${proven.length} of ${honest.length}\n`);
    expect(new Set(honest.map(({ line }) => line)).size).toBe(honest.length);
    expect(honest.length).toBeGreaterThanOrEqual(200);
    expect(proven.length).toBe(honest.filter(({ unproven = [] }) => unproven.length === 0).length);
  });
});
