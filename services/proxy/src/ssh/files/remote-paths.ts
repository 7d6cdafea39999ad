import { posix } from 'node:path';
import type { SftpReply } from '@inland/sftp-wire';

/** What the target is asked about paths. */
export interface AsksTarget {
  /** The real path of one; undefined when it has none to say. */
  realPath(path: Buffer): Promise<Buffer | undefined>;
  /** Whether there is such an entry, be it a link that leads nowhere. */
  exists(path: Buffer): Promise<boolean>;
}

/** A path to be judged. */
export interface RealPath {
  readonly text: string;
  /** The target does not say where it leads: it is judged by its words, but not used. */
  readonly unresolved: boolean;
}

/**
 * The paths that policy judges: absolute, and with every symbolic link resolved by the target itself, so that neither
 * `..` nor a link leads past a rule. What is about a link, not what it points to, keeps its last part.
 */
export class RemotePaths {
  readonly #target: AsksTarget;
  #home: Promise<string> | undefined;

  constructor(target: AsksTarget) {
    this.#target = target;
  }

  /** Of what a path leads to. */
  async resolved(path: Buffer): Promise<RealPath> {
    if (path.includes(0)) return this.#unresolved(path);
    const real = await this.#target.realPath(path);
    if (real !== undefined) return { text: textOf(real), unresolved: false };
    // Servers differ in whether the last part may be missing. One that is there, yet leads nowhere, is a link.
    const entry = await this.#named(path);
    return entry === undefined || (await this.#target.exists(path)) ? this.#unresolved(path) : entry;
  }

  /** Of the entry that a path names. */
  async entry(path: Buffer): Promise<RealPath> {
    if (path.includes(0)) return this.#unresolved(path);
    if (isNamed(posix.basename(textOf(path)))) return (await this.#named(path)) ?? this.#unresolved(path);
    return this.resolved(path);
  }

  async #named(path: Buffer): Promise<RealPath | undefined> {
    const written = textOf(path);
    const base = posix.basename(written);
    if (!isNamed(base)) return undefined;
    const folder = Buffer.from(posix.dirname(written), isLatin(path) ? 'latin1' : 'utf8');
    const parent = await this.#target.realPath(folder);
    return parent === undefined ? undefined : { text: posix.join(textOf(parent), base), unresolved: false };
  }

  async #unresolved(path: Buffer): Promise<RealPath> {
    this.#home ??= this.#target.realPath(Buffer.from('.')).then((home) => (home === undefined ? '/' : textOf(home)));
    return { text: posix.resolve(await this.#home, textOf(path)), unresolved: true };
  }
}

/** What a REALPATH is answered by. */
export function pathIn(reply: SftpReply): Buffer | undefined {
  return reply.kind === 'name' ? reply.path : undefined;
}

const isNamed = (base: string): boolean => base !== '' && base !== '.' && base !== '..';

const isLatin = (path: Buffer): boolean => path.toString('utf8').includes('\ufffd');

/** Names of files are bytes: those that are no UTF-8 are read one character for each, so that two are never one. */
function textOf(path: Buffer): string {
  return path.toString(isLatin(path) ? 'latin1' : 'utf8');
}
