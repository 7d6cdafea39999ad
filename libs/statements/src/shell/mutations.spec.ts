import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadShellReader, type ShellReader } from './shell-reader.ts';

const lines = ['evasions.yaml', 'honest.yaml'].flatMap((file) =>
  (parse(readFileSync(new URL(`./corpus/${file}`, import.meta.url), 'utf8')) as { readonly line: string }[]).map(
    ({ line }) => line,
  ),
);
const pieces = [
  ...'"\'`$(){}[]|&;<>\\\n#*?!=~ \t\0\r',
  '$(',
  '<(',
  '<<E\n',
  '${x:-',
  '((',
  'é',
  '\uE000',
  '\uD800',
  '/dev/tcp/',
  'eval ',
  'sh -c ',
];

/** The same numbers each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutated(line: string, below: (limit: number) => number): string {
  let text = line;
  for (let times = 1 + below(4); times > 0; times -= 1) {
    const at = below(text.length + 1);
    const to = at + below(6);
    const piece = pieces[below(pieces.length)] ?? '';
    const other = lines[below(lines.length)] ?? '';
    const changes = [
      () => text.slice(0, at) + piece + text.slice(at),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, at) + piece.repeat(1 + below(200)) + text.slice(at),
      () => text.slice(0, at) + other + text.slice(at),
      () => text.slice(0, at),
      () => text.slice(at) + text.slice(0, at),
    ];
    text = changes[below(changes.length)]?.() ?? text;
  }
  return text;
}

let reader: ShellReader;
beforeAll(async () => {
  reader = await loadShellReader();
});

describe('a line that is changed anywhere', () => {
  it('is read, 5,000 times', () => {
    const below = numbers(20_261);
    for (let times = 0; times < 5_000; times += 1) {
      const line = mutated(lines[below(lines.length)] ?? '', below);
      const { destinations, unproven, commands } = reader.read(line);
      expect(destinations.length).toBeLessThanOrEqual(1_000);
      expect(commands.length).toBeLessThanOrEqual(1_000);
      expect(unproven).toEqual([...new Set(unproven)].sort());
      const hosts = destinations.map(({ host }) => host);
      expect(hosts).toEqual([...new Set(hosts)].sort());
      expect(hosts.join('')).not.toMatch(/[\uE000-\uE00F\s]/);
    }
  }, 60_000);

  it.each([
    ['curl a.example; '.repeat(10_000), 'too_long'],
    ['ls; '.repeat(16_000), 'too_long'],
    ['('.repeat(10_000), 'unparsed'],
    [`${'$('.repeat(5_000)}`, 'unparsed'],
    [`${'$(('.repeat(400)}1${'))'.repeat(400)}`, ''],
    [`${'{ '.repeat(1_000)}ls${'; }'.repeat(1_000)}`, 'too_long'],
    [`echo ${'{a,b}'.repeat(400)}`, ''],
    [`${'for i in 1 2 3; do x=$x$i; '.repeat(12)}ls${'; done'.repeat(12)}`, 'too_long'],
    ['f() { f; f; }; f', 'too_long'],
    ['x=\'eval "$x$x"\'; eval "$x"', 'too_long'],
    [`${'a=$a$a;'.repeat(400)} curl $a`, ''],
    [`echo ${'"'.repeat(20_001)}`, ''],
    ['é'.repeat(40_000), 'too_long'],
    ['a|'.repeat(30_000), 'too_long'],
    ['<'.repeat(60_000), 'too_long'],
    ['${a#'.repeat(9_000), 'too_long'],
  ])('or made to be long or deep is bounded (%#)', (line, reason) => {
    const { unproven } = reader.read(line);
    if (reason !== '') expect(unproven.length).toBeGreaterThan(0);
    expect(reader.read('curl a.example').destinations).toHaveLength(1);
  });
});
