import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assembled } from '../scan/build.mjs';
import { candidatePlaces } from './candidate-places.ts';

const all = { emails: true, cards: true, ibans: true };
const none = { emails: false, cards: false, ibans: false };

/** The same, by what the doc comment says, with RegExps. */
function expected(text: string, { emails, cards, ibans }: typeof all): number[] {
  const run = /(?:[0-9]|(?<=[0-9])[ -](?=[0-9])){13,}/g;
  return [
    ...(emails ? [...text.matchAll(/@/g)] : []),
    ...(cards ? [...text.matchAll(run)] : []),
    ...(ibans ? [...text.matchAll(/[A-Za-z]{2}[0-9]{2}/g)] : []),
  ]
    .map(({ index }) => index)
    .sort((one, other) => one - other);
}

const places = (text: string, wanted = all): number[] => [...candidatePlaces(Buffer.from(text, 'latin1'), wanted)];

describe('candidatePlaces', () => {
  it('is assembled from its source', async () => {
    expect(readFileSync(new URL('./candidates-wasm.ts', import.meta.url), 'utf8')).toBe(await assembled());
  });

  it.each([
    ['a@b', [1]],
    ['4111 1111-1111 1111', [0]],
    ['4111  1111 1111', []],
    ['41111111111-1', [0]],
    ['4111111111-1', []],
    ['[DE89', [1]],
    ['@DE8', [0]],
    ['', []],
  ])('finds of %j what it is to', (text, found) => {
    expect(places(text)).toEqual(found);
  });

  it('finds the same at every place of a block', () => {
    for (let before = 0; before < 50; before += 1) {
      const text = `${'x'.repeat(before)}@ 4111 1111 1111 1 DE89 ${'-'.repeat(before)}1234567890123`;
      expect(places(text)).toEqual(expected(text, all));
    }
  });

  it('finds the same in any text, whatever is wanted', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '4111 1111 1111 1111',
        'DE89',
        '@',
        'x'.repeat(17),
        '1-2-3-4-5-6-7-8-9-0-1-2-3',
        '  ',
        '--',
        'Z9',
      ),
      fc.stringMatching(/^[0-9 -]{0,20}$/),
      fc.stringMatching(/^[A-Za-z0-9@`[{/:]{0,12}$/),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    const wanted = fc.constantFrom(
      all,
      none,
      { ...none, emails: true },
      { ...none, cards: true },
      { ...none, ibans: true },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), wanted, (pieces, some) => {
        const text = pieces.join('');
        expect(places(text, some)).toEqual(expected(text, some));
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds what lies across the windows of long bytes', () => {
    for (let before = 65_530; before <= 65_540; before += 1) {
      const text = `${'x'.repeat(before - 10)} DE89 @ ${'4111 '.repeat(4)}${'y'.repeat(70_000)} 4111111111111111 @`;
      // Within the run that a window ends in a place may be given too.
      const found = places(text);
      const wanted = expected(text, all);
      expect(found.filter((place) => wanted.includes(place))).toEqual(wanted);
      expect(found.length - wanted.length).toBeLessThanOrEqual(1);
    }
  });
});
