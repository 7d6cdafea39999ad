import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { capturedElsewhere } from './captured-shells.spec-support.ts';
import { captured as capturedInBash, type Step } from './captured-terminals.spec-support.ts';
import { TerminalLine, type TypedPiece } from './index.ts';

const captured = { ...capturedInBash, ...capturedElsewhere };
const bytes = (text: string): Uint8Array => Buffer.from(text);
const lines = (pieces: readonly TypedPiece[]): Extract<TypedPiece, { kind: 'line' }>[] =>
  pieces.flatMap((piece) => (piece.kind === 'line' ? [piece] : []));
const texts = (pieces: readonly TypedPiece[]): string[] => lines(pieces).map(({ text }) => text);
const all = (pieces: readonly TypedPiece[]): Buffer =>
  Buffer.concat(pieces.map((piece) => (piece.kind === 'pass' ? piece.data : piece.enter)));

/** The lines of one text, typed at once on a silent terminal. */
const typed = (text: string): string[] => texts(new TerminalLine().typed(bytes(text)));

function split(data: Uint8Array, at: number): Uint8Array[] {
  return [data.subarray(0, at), data.subarray(at)].filter((part) => part.length > 0);
}

/** Plays steps, each chunk cut as told. */
function play(
  steps: readonly Step[],
  cut: (data: Uint8Array) => Uint8Array[] = (data) => [data],
  columns = 80,
): TypedPiece[] {
  const line = new TerminalLine({ columns });
  const pieces: TypedPiece[] = [];
  for (const [who, text] of steps)
    for (const part of cut(bytes(text))) {
      if (who === 'shown') line.shown(part);
      else pieces.push(...line.typed(part));
    }
  return pieces;
}

const single = (data: Uint8Array): Uint8Array[] => [...data].map((byte) => Uint8Array.of(byte));
const hidden = (steps: readonly Step[]): boolean[] => lines(play(steps)).map((line) => line.hidden);
const columns = (name: string): number => (name === 'wrapped' ? 40 : 80);

describe('a line from its keys', () => {
  it.each([
    ['ls -l\r', ['ls -l']],
    ['ls\n', ['ls']],
    ['a\rb\nc', ['a', 'b']],
    ['\r', ['']],
    ['lx\x7fs\r', ['ls']],
    ['lx\bs\r', ['ls']],
    ['\x7f\x7fls\r', ['ls']],
    ['rm -rf /\x15ls\r', ['ls']],
    ['echo one two\x17three\r', ['echo one three']],
    ['echo one  \x17three\r', ['echo three']],
    ['s\x01l\x05 -l\r', ['ls -l']],
    ['abcdef\x01\x1b[C\x1b[C\x0b!\r', ['ab!']],
    ['ac\x1b[Db\r', ['abc']],
    ['ac\x1bODb\x1bOCd\r', ['abcd']],
    ['ac\x02b\x06d\r', ['abcd']],
    ['b\x1b[Ha\x1b[Fc\r', ['abc']],
    ['b\x1b[1~a\x1b[4~c\r', ['abc']],
    ['abc\x01\x1b[3~\r', ['bc']],
    ['abc\x01\x04\r', ['bc']],
    ['rm -rf /\x03ls\r', ['ls']],
    ['größe 日本 🐘\x7f\r', ['größe 日本 ']],
    ['\x1b[200~one\rtwo\nthree\x1b[201~\r', ['one', 'two', 'three']],
    ['\x1b[200~a\tb\x1b[201~\r', ['a\tb']],
    ['next\x0f', ['next']],
  ])('%j', (text, expected) => {
    expect(typed(text)).toEqual(expected);
  });

  it('holds Enter, passes all else, and leaves what follows a line behind it', () => {
    expect(new TerminalLine().typed(bytes('ls\rpwd\rx'))).toEqual([
      { kind: 'pass', data: bytes('ls') },
      { kind: 'line', text: 'ls', enter: bytes('\r'), hidden: false, source: 'typed' },
      { kind: 'pass', data: bytes('pwd') },
      { kind: 'line', text: 'pwd', enter: bytes('\r'), hidden: false, source: 'typed' },
      { kind: 'pass', data: bytes('x') },
    ]);
  });

  it('says that it cannot know a line whose last keys only the target understands', () => {
    for (const keys of ['\x1b[A\r', 'ca\t\r', '\x12x\r', '\x19\r', '\x1b\r', 'x\x1b[1;5D\r', '\x16\r'])
      expect(lines(new TerminalLine().typed(bytes(keys))).map(({ source }) => source)).toEqual(['unknown']);
  });

  it('does not trust an edit that may reach into a pasted line before', () => {
    expect(lines(new TerminalLine().typed(bytes('\x1b[200~rm -rf \r/tmp\x1b[201~\x15\x7f/\r')))[1]).toMatchObject({
      source: 'unknown',
    });
  });

  it('keeps at most its limit, and says so', () => {
    const line = new TerminalLine({ maxBytes: 8 });
    expect(lines(line.typed(bytes('12345678\r')))[0]).toMatchObject({ text: '12345678', source: 'typed' });
    expect(lines(line.typed(bytes('123456789\r')))[0]).toMatchObject({ text: '12345678', source: 'unknown' });
    expect(lines(line.typed(bytes('ls\r')))[0]).toMatchObject({ text: 'ls', source: 'typed' });
  });

  it('starts afresh after a refusal', () => {
    const line = new TerminalLine();
    line.typed(bytes('one\rtwo\x1b['));
    line.clear();
    expect(texts(line.typed(bytes('three\r')))).toEqual(['three']);
  });

  it('decides on text that ^D gives to a program, and lets ^D on an empty line pass', () => {
    const line = new TerminalLine();
    expect(line.typed(bytes('\x04'))).toEqual([{ kind: 'pass', data: bytes('\x04') }]);
    expect(texts(line.typed(bytes('rm x\x04')))).toEqual(['rm x']);
  });
});

describe('a line on a real terminal', () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    edited: ['echo there'],
    history: ['echo first', 'echo second', 'echo secoXY'],
    completed: ['cat customers-2026.csv', 'cat read-me.txt'],
    searched: ['echo needle in hay', 'true', 'echo needle in hay'],
    pasted: ['echo a', 'echo b'],
    wrapped: [`echo ${'abcdefghij'.repeat(8)}`, `cho ${'abcdefghij'.repeat(8)}Z`],
    secret: ['read -s -p "Password: " x', '', 'echo ok'],
    wide: ['echo größeX 日', 'echo größeX 日'],
    interrupted: ['echo x'],
    'without editing': ['cat', 'abd', 'tail', 'tail'],
    'history in zsh': ['echo first', 'echo second', 'echo firXY'],
    'completed in zsh': ['cat customers-2026.csv'],
    'searched in zsh': ['echo needle in hay', 'true', 'echo needle in hay', ''],
    'history in fish': ['echo first', 'echo second', 'echo firXY'],
    'completed in fish': ['cat customers-2026.csv'],
    'suggested in fish': ['echo needle in hay', 'echo needle in hay', 'ls'],
    // The first Enter chooses in a list, with the cursor in the field that filters it; the second submits what was chosen.
    'searched in fish': ['echo needle in hay', 'true', 'd', 'echo needle in hay'],
    vi: ['set -o vi', 'cho abc'],
  };
  it('has an expectation for each capture', () => {
    expect(Object.keys(captured).toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  it.each(Object.keys(captured))('%s', (name) => {
    expect(texts(play(captured[name] ?? [], undefined, columns(name)))).toEqual(expected[name]);
  });

  it.each(Object.keys(captured))('%s, split at every byte', (name) => {
    const steps = captured[name] ?? [];
    const longest = Math.max(...steps.map(([, text]) => bytes(text).length));
    for (let at = 1; at < longest; at += 1)
      expect(texts(play(steps, (data) => split(data, at), columns(name)))).toEqual(expected[name]);
    expect(texts(play(steps, single, columns(name)))).toEqual(expected[name]);
  });

  it('hides what answers a question for a secret and is not echoed, and nothing else', () => {
    expect(hidden(captured['secret'] ?? [])).toEqual([false, true, false]);
    expect(
      hidden([
        ['shown', '[sudo] password for olga: '],
        ['typed', 'x'],
        ['shown', '*'],
        ['typed', '\r'],
      ]),
    ).toEqual([true]);
    expect(
      hidden([
        ['shown', 'Password: '],
        ['typed', 'x'],
        ['shown', 'x'],
        ['typed', '\r'],
      ]),
    ).toEqual([false]);
    expect(
      hidden([
        ['shown', '$ '],
        ['typed', 'rm -rf /\r'],
      ]),
    ).toEqual([false]);
    expect(
      hidden([
        ['shown', '$ '],
        ['typed', 'echo Password:'],
        ['shown', 'echo Password:'],
        ['typed', ';rm -rf /\r'],
      ]),
    ).toEqual([false]);
  });

  it('takes a suggestion for the line only when it was taken', () => {
    const suggested: readonly Step[] = [
      ['shown', '$ '],
      ['typed', 'ls'],
      ['shown', 'ls\x1b[2m; rm -rf /\x1b[0m\x1b[10D'],
    ];
    const take = (...more: readonly Step[]): string[] =>
      lines(play([...suggested, ...more, ['typed', '\r']])).map(({ text, source }) => `${source}: ${text}`);
    expect(take()).toEqual(['typed: ls']);
    expect(take(['typed', '\x1b[C'], ['shown', '\x1b[10C'])).toEqual(['screen: ls; rm -rf /']);
    expect(take(['typed', '\x05'], ['shown', '; rm -rf /'])).toEqual(['screen: ls; rm -rf /']);
    expect(take(['typed', '\x1b[C'], ['shown', '\x07'])).toEqual(['typed: ls']);
    expect(take(['typed', '\x1b[C'])).toEqual(['unknown: ls']);
  });

  it('does not take the echo of a line that waits for its verdict for another line', () => {
    const line = new TerminalLine();
    line.shown(bytes('$ '));
    expect(texts(line.typed(bytes('make\r')))).toEqual(['make']);
    line.shown(bytes('ma'));
    line.shown(bytes('ke'));
    expect(lines(line.typed(bytes('make test\r')))).toMatchObject([{ text: 'make test', source: 'typed' }]);
  });

  it('adds what was typed after the last echo to a line that only the screen knows', () => {
    const line = new TerminalLine();
    line.shown(bytes('$ '));
    line.typed(bytes('\x1b[A'));
    line.shown(bytes('echo hi'));
    expect(lines(line.typed(bytes(' you\r')))[0]).toMatchObject({ text: 'echo hi you', source: 'screen' });
  });

  it('holds nothing while a full-screen program has the screen', () => {
    for (const mode of ['?1049', '?1047', '?47', '?1;1049']) {
      const line = new TerminalLine();
      line.shown(bytes(`\x1b[${mode}`));
      line.shown(bytes('h'));
      expect(line.typed(bytes(':wq\r'))).toEqual([{ kind: 'pass', data: bytes(':wq\r') }]);
      line.shown(bytes(`\x1b[${mode}l`));
      expect(texts(line.typed(bytes('ls\r')))).toEqual(['ls']);
    }
  });

  it('finds the prompt and the alternate screen behind a flood of output', () => {
    const flood = `${'x'.repeat(70)}\r\n`.repeat(2000);
    const line = new TerminalLine();
    line.shown(bytes(`${flood}\x1b[32m$\x1b[0m `));
    line.typed(bytes('\x1b[A'));
    line.shown(bytes('make'));
    expect(lines(line.typed(bytes('\r')))[0]).toMatchObject({ text: 'make', source: 'screen' });
    line.shown(bytes(`${'y'.repeat(100_000)}\r\n\x1b[1m${flood}\x1b[0m# `));
    line.typed(bytes('\x1b[A'));
    line.shown(bytes('make test'));
    expect(lines(line.typed(bytes('\r')))[0]).toMatchObject({ text: 'make test', source: 'screen' });
    line.shown(bytes(`${flood}\x1b[?1049h${flood}`));
    expect(texts(line.typed(bytes('q\r')))).toEqual([]);
  });
});

describe('any bytes', () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x1b, 0x5b, 0x0d, 0x7f, 0x3f, 0x68, 0x41, 0x32),
  );
  const chunk = fc.array(byte, { maxLength: 80 }).map((values) => Uint8Array.from(values));
  const steps = fc.array(fc.tuple(fc.constantFrom('typed' as const, 'shown' as const), chunk), { maxLength: 20 });

  it('come out exactly as they were typed, held and passed, and never throw', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 90 }), (played, columns) => {
        const line = new TerminalLine({ maxBytes: 64, columns });
        for (const [who, data] of played) {
          if (who === 'shown') line.shown(data);
          else {
            const pieces = line.typed(data);
            expect(all(pieces).equals(Buffer.from(data))).toBe(true);
            for (const { text, enter } of lines(pieces)) {
              expect(enter).toHaveLength(1);
              expect(Buffer.byteLength(text)).toBeLessThan(20_000);
            }
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('give the same lines however they are split', () => {
    fc.assert(
      fc.property(chunk, fc.nat(80), (data, at) => {
        const whole = lines(new TerminalLine().typed(data));
        const line = new TerminalLine();
        const parts = lines(split(data, Math.min(at, data.length)).flatMap((part) => line.typed(part)));
        expect(parts).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it('hold every Enter outside a full-screen program', () => {
    fc.assert(
      fc.property(chunk, (data) => {
        const passed = new TerminalLine()
          .typed(data)
          .flatMap((piece) => (piece.kind === 'pass' ? [...piece.data] : []));
        expect(passed.filter((value) => value === 0x0d || value === 0x0a)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
