import { createRequire } from 'node:module';
import type { Parser } from 'web-tree-sitter';
import { LruTexts } from '../sql/lru-texts.ts';
import { hasMarks } from './marks.ts';
import { isCostlyToParse } from './parse-cost.ts';
import { LineRun } from './run-line.ts';
import type { ShellLine, UnprovenReason } from './shell-line.ts';
import { copyTree, type SyntaxTree } from './syntax-tree.ts';

/** Says of a line of bash where it would send data. */
export interface ShellReader {
  /** Total: what cannot be read is said to be so. Well below 1 ms for an ordinary line. */
  read(line: string): ShellLine;
}

const bytesMax = 64 * 1024;
/** How often the parser may ask whether to go on: an ordinary text needs one in 30 characters. */
const asksMin = 200;
const charsPerAsk = 16;
/** Some texts take a time that grows with the square of their length: 64 KiB of ordinary ones take 30 ms. */
const parseMsMax = 200;
const keptCharsMax = 1024 * 1024;

/** Loads the grammar of bash (tree-sitter-bash, as WebAssembly). Some 20 ms. */
export async function loadShellReader(): Promise<ShellReader> {
  return new BashReader(await loadParser());
}

/** An instance of its own each time: what it holds is gone with it. */
async function loadParser(): Promise<Parser> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('web-tree-sitter');
  delete require.cache[entry];
  const library = require(entry) as typeof import('web-tree-sitter');
  await library.Parser.init();
  const grammar = require.resolve('tree-sitter-bash/tree-sitter-bash.wasm');
  const parser = new library.Parser();
  parser.setLanguage(await library.Language.load(grammar));
  return parser;
}

class BashReader implements ShellReader {
  readonly #known = new LruTexts<ShellLine>(keptCharsMax);
  /** Undefined while it is loaded anew. */
  #parser: Parser | undefined;

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  read(line: string): ShellLine {
    const known = this.#known.get(line);
    if (known !== undefined) return known;
    const whole = this.#parser !== undefined;
    const read = this.#read(line);
    if (whole && this.#parser !== undefined) this.#known.set(line, read);
    return read;
  }

  #read(line: string): ShellLine {
    if (line.length > bytesMax || Buffer.byteLength(line) > bytesMax) return unread('too_long');
    if (!isPlain(line) || this.#parser === undefined) return unread('unparsed');
    try {
      const run = new LineRun((text) => this.#parse(text));
      run.line(line);
      return run.findings.result();
    } catch {
      this.#broken();
      return unread('unparsed');
    }
  }

  /** Memory that ran out is not given back. */
  #broken(): void {
    this.#parser = undefined;
    this.#renew();
  }

  #renew(): void {
    loadParser().then(
      (fresh) => {
        this.#parser = fresh;
      },
      () => undefined, // lines stay unread
    );
  }

  #parse(text: string): SyntaxTree | undefined {
    if (text.length > bytesMax || isCostlyToParse(text)) return undefined;
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
    const parser = this.#parser;
    if (parser === undefined) return undefined;
    const asksMax = asksMin + text.length / charsPerAsk;
    const until = performance.now() + parseMsMax;
    const tree = parser.parse(whole.text, null, {
      progressCallback: () => (asks += 1) > asksMax || performance.now() > until,
    });
    if (tree === null) {
      parser.reset();
      this.#renew();
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
