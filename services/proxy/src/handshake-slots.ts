import type { Socket } from 'node:net';

/**
 * Connections that have not proven who they are, at most so many at once: a new one takes the place of the oldest, so
 * that those who never finish keep nobody out.
 */
export class HandshakeSlots {
  readonly #max: number;
  readonly #waiting = new Set<Socket>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Takes a place; the result gives it back. */
  take(socket: Socket): () => void {
    const oldest = this.#waiting.size >= this.#max ? this.#waiting.values().next().value : undefined;
    if (oldest !== undefined) {
      this.#waiting.delete(oldest);
      oldest.destroy();
    }
    this.#waiting.add(socket);
    const release = (): void => {
      this.#waiting.delete(socket);
    };
    socket.once('close', release);
    return release;
  }

  /** Ends all of them. */
  clear(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}
