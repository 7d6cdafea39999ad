import { describe, expect, it } from '@jest/globals';
import { oneLine, printable, table } from './table.ts';

describe('table', () => {
  it('lines its columns up', () => {
    expect(table(['A', 'LONG'], [['wide cell', 'x'], ['y']])).toBe('A          LONG\nwide cell  x\ny');
  });
});

describe('printable', () => {
  it('shows what a terminal would obey', () => {
    expect(printable('a\u001b[2Jb\u0007\u009b')).toBe('a\\x1b[2Jb\\x07\\x9b');
  });
});

describe('oneLine', () => {
  it('folds white space and cuts', () => {
    expect(oneLine('select\n  1')).toBe('select 1');
    expect(oneLine('x'.repeat(80), 10)).toBe('xxxxxxxxx…');
  });
});
