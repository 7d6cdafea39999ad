/** Forwarded connections of one client, and ports and sockets that are listened on for it: each so many, at most. */
export const forwardedMax = 100;

export const tooManyForwarded = `Inland carries at most ${forwardedMax} forwarded connections for one client at a time`;

/** What is forwarded for one client right now. */
export class ForwardedConnections {
  readonly #open = new Set<Promise<void>>();

  /** Resolves when all are over, and in the record. */
  get done(): Promise<void> {
    return Promise.all(this.#open).then(() => undefined);
  }

  /** Runs the work of one, from its request to its end; false: there are too many. The work must not reject. */
  add(work: () => Promise<void>): boolean {
    if (this.#open.size >= forwardedMax) return false;
    const done = this.#run(work);
    this.#open.add(done);
    void this.#forget(done);
    return true;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    await work().catch(() => undefined);
  }

  async #forget(done: Promise<void>): Promise<void> {
    await done;
    this.#open.delete(done);
  }
}
