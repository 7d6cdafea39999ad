import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { Language, Parser } from 'web-tree-sitter';
import { LruTexts } from '../sql/lru-texts.ts';
import { hasMarks } from './marks.ts';
import { LineRun } from './run-line.ts';
import type { ShellLine, UnprovenReason } from './shell-line.ts';
import { copyTree, type SyntaxTree } from './syntax-tree.ts';

/** Says of a line of bash where it would send data. */
export interface ShellReader {
  /** Total: what cannot be read is said to be so. Well below 1 ms for an ordinary line. */
  read(line: string): ShellLine;
}

const bytesMax = 64 * 1024;
/** How often the parser may ask whether to go on: it asks once in some hundred steps. */
const asksMax = 20_000;
const keptCharsMax = 1024 * 1024;

/** Loads the grammar of bash (tree-sitter-bash, as WebAssembly). Some 20 ms. */
export async function loadShellReader(): Promise<ShellReader> {
  await Parser.init();
  const require = createRequire(import.meta.url);
  const grammar = await readFile(require.resolve('tree-sitter-bash/tree-sitter-bash.wasm'));
  return new BashReader(await Language.load(grammar));
}

class BashReader implements ShellReader {
  readonly #language: Language;
  readonly #known = new LruTexts<ShellLine>(keptCharsMax);
  #parser: Parser;

  constructor(language: Language) {
    this.#language = language;
    this.#parser = new Parser();
    this.#parser.setLanguage(language);
  }

  read(line: string): ShellLine {
    const known = this.#known.get(line);
    if (known !== undefined) return known;
    const read = this.#read(line);
    this.#known.set(line, read);
    return read;
  }

  #read(line: string): ShellLine {
    if (line.length > bytesMax || Buffer.byteLength(line) > bytesMax) return unread('too_long');
    if (!isPlain(line)) return unread('unparsed');
    try {
      const run = new LineRun((text) => this.#parse(text));
      run.line(line);
      return run.findings.result();
    } catch {
      this.#parser = new Parser();
      this.#parser.setLanguage(this.#language);
      return unread('unparsed');
    }
  }

  #parse(text: string): SyntaxTree | undefined {
    if (text.length > bytesMax) return undefined;
    const first = this.#tree(text);
    if (first?.whole !== false) return first;
    // Two forms that bash has and the grammar has not are written otherwise.
    const other = text
      .replace(/(^|[\s;&|(])(\d*)<>(?=\s*[^\s<>])/g, '$1$2> ')
      .replace(/(^|[;&|(\n]\s*)(?=\{[^\s{},]*,)/g, '$1command ');
    const second = other === text ? undefined : this.#tree(other);
    return second?.whole === true ? second : first;
  }

  #tree(text: string): SyntaxTree | undefined {
    const whole = joined(text);
    let asks = 0;
    const tree = this.#parser.parse(whole.text, null, { progressCallback: () => (asks += 1) > asksMax });
    if (tree === null) {
      this.#parser.reset();
      return undefined;
    }
    try {
      const copy = copyTree(tree, whole.text);
      return copy === undefined
        ? undefined
        : { root: copy.root, whole: copy.whole && !whole.doubtful && isPlain(text) };
    } finally {
      tree.delete();
    }
  }
}

function unread(reason: UnprovenReason): ShellLine {
  return { destinations: [], unproven: [reason], commands: [] };
}

/** Characters that bash takes for part of a word, and the grammar does not, or that have a meaning here. */
function isPlain(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !hasMarks(text) && !/[\0-\x08\x0b-\x1f\x7f]/.test(text) && !/\p{Surrogate}/u.test(text);
}

/** A backslash at the end of a line within a word: to bash there is one word, to the grammar two. */
function joined(text: string): { readonly text: string; readonly doubtful: boolean } {
  if (!/[^\s\\]\\\n[^\s]/.test(text)) return { text, doubtful: false };
  return { text: text.replace(/([^\s\\])\\\n(?=[^\s])/g, '$1'), doubtful: /#|<</.test(text) };
}
