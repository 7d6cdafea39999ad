import { describe, expect, it } from '@jest/globals';
import { expandBraces } from './braces.ts';
import { ansiC, unescapeQuoted, unescapeWord } from './escapes.ts';
import { closeBrace, comma, openBrace, unknown } from './marks.ts';
import { optionsOf } from './options.ts';
import { expansionOf } from './parameters.ts';
import { Scope } from './scope.ts';

const marked = (text: string) => text.replaceAll('{', openBrace).replaceAll('}', closeBrace).replaceAll(',', comma);

describe('braces', () => {
  it.each([
    ['a', ['a']],
    ['a{b,c}d', ['abd', 'acd']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['{a,{b,c}}', ['a', 'b', 'c']],
    ['x{1..3}', ['x1', 'x2', 'x3']],
    ['{c..a}', ['c', 'b', 'a']],
    ['{a}', ['{a}']],
    ['{a{b,c}}', ['{ab}', '{ac}']],
    ['{a,', ['{a,']],
    ['{1..9..2}', [unknown]],
    ['{a,b}'.repeat(8), undefined],
  ])('%s', (text, words) => {
    expect(expandBraces(marked(text))).toEqual(words);
  });
});

describe('escapes', () => {
  it('mean what they mean to bash', () => {
    expect(ansiC(String.raw`\x63\165\u0072\U0000006c\n\'\q`)).toBe("curl\n'\\q");
    expect(ansiC(String.raw`a\0b`)).toBe(`a${unknown}b`);
    expect(unescapeWord('cu\\rl\\\n x')).toBe('curl x');
    expect(unescapeQuoted('\\$a \\b \\"')).toBe('$a \\b "');
  });
});

describe('an expansion', () => {
  const scope = new Scope(['sh', 'one', 'two']);
  scope.set('H', ['evil.com']);
  scope.set('N', ['H']);
  scope.set('E', ['']);
  it.each([
    ['${H}', ['evil.com']],
    ['${1}', ['one']],
    ['${#}', ['2']],
    ['${!N}', ['evil.com']],
    ['${H:0:4}', ['evil']],
    ['${H: -3}', ['com']],
    ['${H%.com}', ['evil']],
    ['${H%%l*}', ['evi']],
    ['${H#*.}', ['com']],
    ['${H/evil/good}', ['good.com']],
    ['${H^^}', ['EVIL.COM']],
    ['${H:-x}', ['evil.com']],
    ['${E:-x}', ['', 'x']],
    ['${H:+x}', ['x']],
    ['${H?no}', ['evil.com']],
  ])('%s', (text, values) => {
    expect(expansionOf(text, scope, () => ['x'])).toEqual(values);
  });

  it.each(['${U}', '${H@Q}', '${H/[a-z]/x}', '${', '${!N*}', '${H[$i]}'])('%s is not known', (text) => {
    expect(expansionOf(text, scope, () => ['x'])).toEqual(['\uE001']);
  });
});

describe('options', () => {
  it('are told from operands', () => {
    const { operands, value, values, has } = optionsOf(
      ['-ab', '-o1', 'x', '-o', '2', '--long=3', '--word', '4', '--', '-y'],
      { valued: '-o --word' },
    );
    expect(operands).toEqual(['x', '-y']);
    expect([value('-o'), values('-o'), value('--long'), value('--word'), has('-a', '-z'), has('-z')]).toEqual([
      '2',
      ['1', '2'],
      '3',
      '4',
      true,
      false,
    ]);
    expect(optionsOf(['-a', 'x', '-b'], { leading: true }).operands).toEqual(['x', '-b']);
    expect(optionsOf(['-name', 'v', 'x'], { valued: '-name', singleDash: true }).operands).toEqual(['x']);
  });
});
