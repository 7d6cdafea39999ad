import type { Writable } from 'node:stream';
import type { StreamKind } from '@inland/events';
import type { CommandRecord } from '../pipeline/gateway.ts';
import { writeTo } from './write-to.ts';

/** Masks a stream; `StreamMasker` of @inland/masking. */
export interface MasksStream {
  readonly heldBytes: number;
  write(chunk: Uint8Array): { readonly data: Uint8Array; readonly masked: number };
  flush(): { readonly data: Uint8Array; readonly masked: number };
}

export interface OutputRelayOptions {
  readonly command: CommandRecord;
  readonly stream: StreamKind;
  readonly masker: MasksStream;
  readonly client: Writable;
  /** After so many recorded bytes the rest is summarised: counted and hashed. */
  readonly recordedBytesMax: number;
  /**
   * After so long without output, what the masker holds back is let go: the other side may wait for it. Undefined while
   * nobody can wait: it is held until more comes, or the end.
   */
  readonly silenceMillis: () => number | undefined;
  /** What came just now is no news to the person, who typed it: alone, it is not held back at all. */
  readonly isEcho: () => boolean;
}

/** One stream of a target on its way to the client: masked, then recorded, then written, with backpressure. */
export class OutputRelay {
  readonly #options: OutputRelayOptions;
  #recorded = 0;
  #timer: NodeJS.Timeout | undefined;
  /** One piece after the other: a piece that the silence let go must not overtake, or be overtaken. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: OutputRelayOptions) {
    this.#options = options;
  }

  /** Relays until the stream ends. Rejects when the record cannot be kept. */
  async run(target: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of target) {
        clearTimeout(this.#timer);
        await this.#next(() => this.#options.masker.write(chunk));
        await this.#letGo(chunk.length);
      }
    } finally {
      clearTimeout(this.#timer);
    }
    await this.#next(() => this.#options.masker.flush());
  }

  /** Words of the gateway's own, recorded as what the person saw. */
  say(text: string): Promise<void> {
    return this.#next(() => ({ data: Buffer.from(text), masked: 0 }));
  }

  async #letGo(cameBytes: number): Promise<void> {
    const { masker, silenceMillis, isEcho } = this.#options;
    if (masker.heldBytes === 0) return;
    if (masker.heldBytes <= cameBytes && isEcho()) return this.#next(() => masker.flush());
    const millis = silenceMillis();
    if (millis === undefined) return;
    this.#timer = setTimeout(() => {
      this.#next(() => masker.flush()).catch(() => undefined); // the next piece meets the same failure
    }, millis);
  }

  #next(take: () => { readonly data: Uint8Array; readonly masked: number }): Promise<void> {
    const step = this.#last.then(() => this.#pass(take()));
    this.#last = step.catch(() => undefined);
    return step;
  }

  async #pass({ data, masked }: { readonly data: Uint8Array; readonly masked: number }): Promise<void> {
    if (data.length === 0) return;
    const { command, stream, client, recordedBytesMax } = this.#options;
    if (this.#recorded < recordedBytesMax) await command.record(stream, data, masked);
    else command.summarise(stream, data);
    this.#recorded += data.length;
    await writeTo(client, data);
  }
}
