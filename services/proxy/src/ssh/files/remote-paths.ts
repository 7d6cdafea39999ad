import { posix } from 'node:path';
import type { SftpReply } from '@inland/sftp-wire';

/** Asks the target for the real path of one; undefined when it has none to say. */
export type AskRealPath = (path: Buffer) => Promise<Buffer | undefined>;

/**
 * The paths that policy judges: absolute, and with every symbolic link resolved by the target itself, so that neither
 * `..` nor a link leads past a rule. What is about a link, not what it points to, keeps its last part.
 */
export class RemotePaths {
  readonly #ask: AskRealPath;
  #home: Promise<string> | undefined;

  constructor(ask: AskRealPath) {
    this.#ask = ask;
  }

  /** Of what a path leads to. */
  async resolved(path: Buffer): Promise<string> {
    const real = await this.#ask(path);
    return real === undefined ? this.#written(path) : textOf(real);
  }

  /** Of the entry that a path names. */
  async entry(path: Buffer): Promise<string> {
    const written = textOf(path);
    const base = posix.basename(written);
    if (base === '' || base === '.' || base === '..') return this.resolved(path);
    const parent = await this.#ask(Buffer.from(posix.dirname(written), isLatin(path) ? 'latin1' : 'utf8'));
    return parent === undefined ? this.#written(path) : posix.join(textOf(parent), base);
  }

  /** A path that the target cannot resolve, since part of it is not there: by its words alone. */
  async #written(path: Buffer): Promise<string> {
    this.#home ??= this.#ask(Buffer.from('.')).then((home) => (home === undefined ? '/' : textOf(home)));
    return posix.resolve(await this.#home, textOf(path));
  }
}

/** What a REALPATH is answered by. */
export function pathIn(reply: SftpReply): Buffer | undefined {
  return reply.kind === 'name' ? reply.path : undefined;
}

const isLatin = (path: Buffer): boolean => path.toString('utf8').includes('\ufffd');

/** Names of files are bytes: those that are no UTF-8 are read one character for each, so that two are never one. */
function textOf(path: Buffer): string {
  return path.toString(isLatin(path) ? 'latin1' : 'utf8');
}
