import { expandBraces } from './braces.ts';
import { ansiC, unescapeQuoted, unescapeWord } from './escapes.ts';
import { closeBrace, comma, emptyWord, openBrace, split, unknown, unknownWords } from './marks.ts';
import { expansionOf, parameter } from './parameters.ts';
import type { Scope, Values } from './scope.ts';
import type { SyntaxNode } from './syntax-tree.ts';

/** Runs `$(…)`, `` `…` `` or `<(…)`, and says what it gives where that is known. */
export type Substitute = (node: SyntaxNode, scope: Scope) => string | undefined;

const choicesMax = 32;

/** The words that one word of the text becomes, in each way that it may. */
export function wordsOf(node: SyntaxNode, scope: Scope, substitute: Substitute): readonly (readonly string[])[] {
  return new WordReader(scope, substitute).texts(node, false).map((text) => {
    const words = expandBraces(text) ?? [unknownWords];
    return words.flatMap((word) =>
      word
        .split(split)
        .filter((part) => part !== '')
        .map((part) => part.replaceAll(emptyWord, '')),
    );
  });
}

/** The texts that a word may be where it is not split: what is assigned, a here-string, a pattern. */
export function textsOf(node: SyntaxNode, scope: Scope, substitute: Substitute): Values {
  return new WordReader(scope, substitute).texts(node, true).map(plain);
}

/** The elements of `(a b c)`, with `split` between. */
export function arrayOf(node: SyntaxNode, scope: Scope, substitute: Substitute): Values {
  const elements = node.children.filter(({ named }) => named).map((child) => wordsOf(child, scope, substitute));
  if (elements.some((choices) => choices.length > 1)) return [unknownWords];
  return [elements.flatMap((choices) => choices[0] ?? []).join(split)];
}

function plain(text: string): string {
  return text
    .replaceAll(emptyWord, '')
    .replaceAll(unknownWords, unknown)
    .replaceAll(openBrace, '{')
    .replaceAll(closeBrace, '}')
    .replaceAll(comma, ',');
}

class WordReader {
  readonly #scope: Scope;
  readonly #substitute: Substitute;

  constructor(scope: Scope, substitute: Substitute) {
    this.#scope = scope;
    this.#substitute = substitute;
  }

  texts(node: SyntaxNode, quoted: boolean): Values {
    const { type, text } = node;
    switch (type) {
      case 'word':
      case 'number':
      case 'variable_name':
      case 'extglob_pattern':
      case 'brace_expression':
        return [markedWord(text)];
      case 'command_name':
      case 'concatenation':
        return this.#joined(node, quoted);
      case 'raw_string':
        return [text.length > 2 ? text.slice(1, -1) : emptyWord];
      case 'ansi_c_string':
        return [text.length > 3 ? ansiC(text.slice(2, -1)) : emptyWord];
      case 'string':
      case 'translated_string':
        return this.#quoted(node);
      case 'heredoc_body':
        return this.#loose(node, 0, text.length);
      case 'string_content':
      case 'heredoc_content':
        return [unescapeQuoted(text)];
      case 'simple_expansion':
        return this.#unquoted(parameter(text.slice(1), this.#scope), quoted, text.endsWith('@'));
      case 'expansion':
        return this.#expansion(node, quoted);
      case 'command_substitution': {
        const given = this.#substitute(node, this.#scope)?.replace(/\n+$/, '');
        return given === undefined ? [quoted ? unknown : unknownWords] : this.#unquoted([given], quoted, false);
      }
      case 'process_substitution':
        this.#substitute(node, this.#scope);
        return ['/dev/fd/63'];
      case 'arithmetic_expansion':
        this.#inner(node);
        return [unknown];
      default:
        this.#inner(node);
        return [node.named ? unknownWords : markedWord(text)];
    }
  }

  #joined(node: SyntaxNode, quoted: boolean): Values {
    return product(node.children.map((child) => this.texts(child, quoted)));
  }

  #quoted(node: SyntaxNode): Values {
    const from = node.text.indexOf('"') + 1;
    const values = this.#loose(node, from, node.text.length - 1);
    // `"$@"` without arguments is no word at all.
    const list = /^"(\$@|\$\{(@|\w+\[@\])\})"$/.test(node.text);
    return values.map((value) => (value === '' && !list ? emptyWord : value));
  }

  /** The children within a text and what stands between them. */
  #loose(node: SyntaxNode, from: number, to: number): Values {
    const parts: Values[] = [];
    let at = from;
    for (const child of node.children) {
      const start = child.start - node.start;
      if (start < at || start >= to) continue;
      parts.push([unescapeQuoted(node.text.slice(at, start))]);
      parts.push(child.named ? this.texts(child, true) : [child.text]);
      at = start + child.text.length;
    }
    parts.push([unescapeQuoted(node.text.slice(at, to))]);
    return product(parts);
  }

  #expansion(node: SyntaxNode, quoted: boolean): Values {
    const isOperator = (child: SyntaxNode) => !child.named && /^(:?[-=+?])$/.test(child.text);
    const at = node.children.findIndex(isOperator);
    const rest = at < 0 ? [] : node.children.slice(at + 1, -1);
    if (at < 0) this.#inner(node);
    const word = () => product(rest.map((child) => this.texts(child, quoted)));
    const values = expansionOf(node.text, this.#scope, word);
    return this.#unquoted(values, quoted, /\[@\]|^\$\{@/.test(node.text));
  }

  /** Outside of quotes a value is split into words, and what is not known of it may be several. */
  #unquoted(values: Values, quoted: boolean, separate: boolean): Values {
    if (quoted) {
      const first = this.#scope.get('IFS');
      const between = separate
        ? split
        : first === undefined
          ? ' '
          : first.length === 1
            ? (first[0] ?? '').slice(0, 1)
            : unknown;
      return values.map((value) =>
        value.replaceAll(unknownWords, separate ? unknownWords : unknown).replaceAll(split, between),
      );
    }
    const separators = this.#scope.get('IFS') ?? [' \t\n'];
    return values.map((value) => {
      if (separators.length !== 1) return unknownWords;
      const [separator = ''] = separators;
      return [...value]
        .map((sign) => (separator.includes(sign) ? split : sign === unknown ? unknownWords : sign))
        .join('');
    });
  }

  /** What is run within a part whose value is not told. */
  #inner(node: SyntaxNode): void {
    for (const child of node.children)
      if (/^(command|process)_substitution$/.test(child.type)) this.#substitute(child, this.#scope);
      else this.#inner(child);
  }
}

/** Each way to choose one of each, put together; more than a few ways are not followed. */
function product(parts: readonly Values[]): Values {
  let joined: Values = [''];
  for (const choices of parts) {
    if (choices.length * joined.length > choicesMax) return [unknownWords];
    joined =
      choices.length === 1
        ? joined.map((one) => one + (choices[0] ?? ''))
        : joined.flatMap((one) => choices.map((choice) => one + choice));
  }
  return joined;
}

/** Braces and commas that stand without a backslash may be an expansion. */
function markedWord(text: string): string {
  if (!/[{},\\]/.test(text)) return text;
  return text.replace(/\\([^])|([{},])/g, (whole, _, sign) =>
    sign === undefined ? unescapeWord(whole) : sign === '{' ? openBrace : sign === '}' ? closeBrace : comma,
  );
}
