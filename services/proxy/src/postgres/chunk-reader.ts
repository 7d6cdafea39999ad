import type { Duplex } from 'node:stream';

/** Takes bytes from a socket one piece at a time: what is not asked for stays with the sender. */
export class ChunkReader {
  readonly #socket: Duplex;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('readable', this.#onReadable);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    socket.on('error', this.#onEnd);
  }

  /** The next bytes, at least one; undefined when the socket has ended, in whatever way. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#ended || this.#socket.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Gives the socket back, with bytes that were read and are for whoever reads next. */
  release(unread: Buffer): Duplex {
    this.#socket.off('readable', this.#onReadable);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
    this.#socket.off('error', this.#onEnd);
    if (unread.length > 0) this.#socket.unshift(unread);
    return this.#socket;
  }

  readonly #onReadable = (): void => {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#onReadable();
  };
}
