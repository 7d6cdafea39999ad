import { describe, expect, it } from '@jest/globals';
import { shownParameters } from './shown-parameters.ts';

const shown = (parameters: readonly (Buffer | null)[], parameterFormats: readonly number[] = []): readonly string[] =>
  shownParameters({ portal: '', statement: '', resultFormats: [], parameters, parameterFormats });

describe('parameters in the record', () => {
  it('are the text that was sent, in whatever format', () => {
    expect(shown([Buffer.from('Zoë'), null, Buffer.from('a\nb')])).toEqual(['Zoë', 'NULL', 'a\nb']);
    expect(shown([Buffer.from('anne@example.org')], [1])).toEqual(['anne@example.org']);
  });

  it('are numbers in hexadecimal, and the length of other binary values', () => {
    expect(shown([Buffer.from('0000002a', 'hex'), Buffer.alloc(9)], [1])).toEqual(['\\x0000002a', '(9 bytes)']);
    expect(shown([Buffer.from('12'), Buffer.from('000c', 'hex')], [0, 1])).toEqual(['12', '\\x000c']);
  });

  it('are left out as a whole when they are long, and after many', () => {
    expect(shown([Buffer.alloc(1_025, 65)])).toEqual(['(1025 bytes)']);
    const many = shown(Array.from({ length: 102 }, () => Buffer.from('x')));
    expect([many.length, many.at(-1)]).toEqual([101, '(2 more)']);
    const long = shown(Array.from({ length: 100 }, () => Buffer.alloc(1_000, 65)));
    expect(long.join('').length).toBeLessThanOrEqual(16 * 1024);
  });
});
