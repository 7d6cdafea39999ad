import { createRequire } from 'node:module';
import { constantFree } from './constant-free.ts';
import { isCostlyToLex } from './lexing-cost.ts';
import { LruTexts } from './lru-texts.ts';
import { plpgsqlBody, type PlpgsqlBody } from './plpgsql-body.ts';
import { readStatement } from './read-statement.ts';
import type { SqlStatement, SqlText } from './sql-text.ts';

type Library = typeof import('libpg-query');

export interface SqlParserOptions {
  /** Longer texts, in characters, are not parsed: 256 Ki. */
  readonly textCharsMax?: number;
  /** Characters of texts whose reading is kept: 4 Mi. */
  readonly keptCharsMax?: number;
}

/** SQL in a constant within SQL in a constant, and so on: so deep. */
const nestedMax = 4;
/** Each time the parser's stack is exhausted it keeps some 4 MB for ever: after so many times it is loaded anew. */
const exhaustionsMax = 8;

/** Loads PostgreSQL's own parser (libpg-query, the grammar of version 18, as WebAssembly). Some 10 ms. */
export async function loadSqlParser(options: SqlParserOptions = {}): Promise<SqlParser> {
  return new SqlParser(await loadLibrary(), options);
}

/** Says of SQL what it would do. Reading is synchronous: 50 to 500 µs for a text that is new, far less for one that is known. */
export class SqlParser {
  #library: Library;
  readonly #textCharsMax: number;
  readonly #known: LruTexts<SqlText>;
  #exhaustions = 0;

  constructor(library: Library, { textCharsMax = 256 * 1024, keptCharsMax = 4 * 1024 * 1024 }: SqlParserOptions) {
    this.#library = library;
    this.#textCharsMax = textCharsMax;
    this.#known = new LruTexts(keptCharsMax);
  }

  /** Total: what cannot be parsed is said to be so. */
  read(text: string): SqlText {
    const key = constantFree(text) ?? text;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#read(text, 0);
    if (made.parsed || key === text) this.#known.set(key, made);
    return made;
  }

  #read(text: string, depth: number): SqlText {
    if (text.length > this.#textCharsMax) return { parsed: false, reason: 'it is too long to be parsed' };
    // To the parser a text ends there; whoever sends one wants that something else is judged than what runs.
    if (text.includes('\0')) return { parsed: false, reason: 'it has a zero byte in it' };
    // Bytes that are not UTF-8 come as this: names and quotes that differ would look the same.
    if (text.includes('\uFFFD')) return { parsed: false, reason: 'it has bytes in it that are not UTF-8' };
    if (isCostlyToLex(text))
      return { parsed: false, reason: 'it has too many comments or signs in a row to be parsed' };
    if (text === '') return { parsed: true, fingerprint: '', statements: [] }; // the library refuses it
    try {
      const { stmts = [] } = this.#library.parseSync(text);
      const sql = (inner: string): readonly SqlStatement[] | null => {
        if (depth >= nestedMax) return null;
        const read = this.#read(inner, depth + 1);
        return read.parsed ? read.statements : null;
      };
      let bytes: Buffer | undefined;
      const statements: SqlStatement[] = stmts.map(({ stmt, stmt_location: from = 0, stmt_len: length = 0 }) =>
        readStatement(stmt, { sql, plpgsql: () => this.#plpgsql((bytes ??= Buffer.from(text)), from, length) }),
      );
      return { parsed: true, fingerprint: depth === 0 ? this.#library.fingerprintSync(text) : '', statements };
    } catch (error) {
      if (error instanceof RangeError) this.#exhausted();
      return { parsed: false, reason: reasonOf(error) };
    }
  }

  /** The body of one of a text's statements; where it stands is said in bytes, and no length means the rest. */
  #plpgsql(bytes: Buffer, from: number, length: number): PlpgsqlBody | null {
    const source = bytes.toString('utf8', from, length === 0 ? bytes.length : from + length);
    try {
      return plpgsqlBody(this.#library.parsePlPgSQLSync(source));
    } catch (error) {
      if (error instanceof RangeError) this.#exhausted();
      return null;
    }
  }

  #exhausted(): void {
    this.#exhaustions += 1;
    if (this.#exhaustions < exhaustionsMax) return;
    this.#exhaustions = 0;
    loadLibrary().then(
      (fresh) => {
        this.#library = fresh;
      },
      () => undefined, // the one that is there still parses
    );
  }
}

/** An instance of its own each time: what it holds is gone with it. */
async function loadLibrary(): Promise<Library> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('libpg-query');
  for (const file of [entry, entry.replace(/index\.cjs$/, 'libpg-query.js')]) delete require.cache[file];
  const library = require(entry) as Library;
  await library.loadModule();
  return library;
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'it is nested too deeply to be parsed';
  const message = error instanceof Error ? error.message : 'the parser failed';
  return message.slice(0, 200);
}
