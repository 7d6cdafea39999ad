import type { Writable } from 'node:stream';
import { gatewayDenial } from '../pipeline/denials.ts';
import type { CommandVerdict, Denial, GatewaySession } from '../pipeline/gateway.ts';
import { writeTo } from './write-to.ts';

export interface PipedLinesOptions {
  readonly session: GatewaySession;
  readonly channel: number;
  /** The shell's standard input. */
  readonly target: Writable;
  /** Bytes of a line, at most. */
  readonly lineBytesMax: number;
}

const lineFeed = 0x0a;

/**
 * What a shell without a terminal is given to read: a script, whose lines are commands. A line is held until it is whole,
 * decided and durable. Behind a refused line nothing runs: what follows may rest on it.
 */
export class PipedLines {
  readonly #options: PipedLinesOptions;
  #begun: Buffer = Buffer.alloc(0);

  constructor(options: PipedLinesOptions) {
    this.#options = options;
  }

  /** Passes the whole lines. Gives the denial of the first that is refused; then its input must end. */
  async given(chunk: Buffer): Promise<Denial | undefined> {
    const { session, lineBytesMax } = this.#options;
    const data = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const end = data.lastIndexOf(lineFeed) + 1;
    this.#begun = data.subarray(end);
    const denial = end === 0 ? undefined : await this.#pass(data.subarray(0, end));
    if (denial !== undefined) return denial;
    return this.#begun.length > lineBytesMax ? gatewayDenial('command_too_long', session.id) : undefined;
  }

  /** The input is over: a shell runs its last line without a line feed too. */
  async ended(): Promise<Denial | undefined> {
    return this.#begun.length === 0 ? undefined : this.#pass(this.#begun);
  }

  /** The lines are decided together, so that they share a commit, and in order. */
  async #pass(data: Buffer): Promise<Denial | undefined> {
    const { target } = this.#options;
    const lines = linesOf(data);
    const verdicts = await Promise.all(lines.map((line) => this.#submit(line)));
    const refused = verdicts.findIndex((verdict) => verdict?.kind === 'refused');
    const passed = refused === -1 ? lines : lines.slice(0, refused);
    for (const [index, verdict] of verdicts.entries())
      if (verdict?.kind === 'allowed') {
        const status = index < passed.length ? '' : 'not_run';
        void verdict.command.completed({ status }, { soon: true }).catch(() => undefined);
      }
    const bytes = passed.reduce((sum, line) => sum + line.length, 0);
    await writeTo(target, data.subarray(0, bytes));
    const verdict = verdicts[refused];
    return verdict?.kind === 'refused' ? verdict.denial : undefined;
  }

  #submit(line: Buffer): Promise<CommandVerdict> | undefined {
    const { session, channel } = this.#options;
    const text = line.toString('utf8').trimEnd();
    return text === '' ? undefined : session.submit({ operation: 'ssh.line', text, observed: true, channel });
  }
}

/** Each with its line feed, but for the last. */
function linesOf(data: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < data.length;) {
    const end = data.indexOf(lineFeed, from) + 1 || data.length;
    lines.push(data.subarray(from, end));
    from = end;
  }
  return lines;
}
