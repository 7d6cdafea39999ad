import type { Writable } from 'node:stream';
import { TerminalLine } from '@inland/ssh-session';
import { denialText, type Denial, type GatewaySession } from '../pipeline/gateway.ts';
import { writeTo } from './write-to.ts';

export interface TypedLinesOptions {
  readonly session: GatewaySession;
  readonly channel: number;
  readonly columns: number;
  /** The target's side of the terminal. */
  readonly target: Writable;
  /** Shows words of the gateway's own on the person's terminal. */
  readonly say: (text: string) => Promise<void>;
}

/** Interrupts: a shell gives up the line and shows a new prompt, and no program takes it for Enter. */
const interrupt = Buffer.from('\u0003');

/** A shell that is interrupted just when it begins to read shows its prompt with the next key only: it is told again. */
const promptMillis = 300;

/** A character in UTF-8. A paste comes as more, and its echo in pieces. */
const keyBytesMax = 4;

/** What a person types in a shell: keys pass at once, and each Enter waits until its line is decided and durable. */
export class TypedLines {
  readonly #options: TypedLinesOptions;
  readonly #line: TerminalLine;
  /** The key that was typed last, if it was a single one, until the target answers. */
  #key: Uint8Array | undefined;
  #echoes = false;
  #noPrompt: NodeJS.Timeout | undefined;

  constructor(options: TypedLinesOptions) {
    this.#options = options;
    this.#line = new TerminalLine({ columns: options.columns });
  }

  /** What was shown last is the key that the person just typed: no news to them, and a delay would be felt. */
  get echoes(): boolean {
    return this.#echoes;
  }

  /** What the target wrote, as it wrote it. */
  shown(data: Uint8Array): void {
    this.#echoes = this.#key !== undefined && Buffer.compare(this.#key, data) === 0;
    this.#key = undefined;
    if (data.length > '^C'.length) clearTimeout(this.#noPrompt);
    this.#line.shown(data);
  }

  resize(columns: number): void {
    this.#line.resize(columns);
  }

  async typed(data: Uint8Array): Promise<void> {
    clearTimeout(this.#noPrompt);
    const { session, channel, target } = this.#options;
    this.#key = data.length <= keyBytesMax ? data : undefined;
    for (const piece of this.#line.typed(data)) {
      if (piece.kind === 'pass') {
        await writeTo(target, piece.data);
        continue;
      }
      // An answer to a question for a secret is no command, and must not be in the record.
      const unknown = piece.source === 'unknown';
      if (!piece.hidden && (unknown || piece.text.trim() !== '')) {
        const line = { operation: 'ssh.line', text: piece.text, observed: true, unknown, channel };
        const verdict = await session.submit(line);
        if (verdict.kind === 'refused') {
          await this.#refuse(verdict.denial);
          return; // what was typed behind a refused line belongs to it
        }
        await verdict.command.completed({});
      }
      await writeTo(target, piece.enter);
    }
  }

  async #refuse(denial: Denial): Promise<void> {
    this.#line.clear();
    await this.#options.say(`\r\n${denialText(denial).replaceAll('\n', '\r\n')}\r\n`);
    const { target } = this.#options;
    await writeTo(target, interrupt);
    this.#noPrompt = setTimeout(() => void writeTo(target, interrupt), promptMillis).unref();
  }
}
