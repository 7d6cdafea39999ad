type Listener = (message: string) => void;

/** Who listens to which channel in this process. One listener's error reaches no other, nor who publishes. */
export class ChannelListeners {
  readonly #channels = new Map<string, Set<{ readonly listener: Listener }>>();
  readonly #onLog: (line: string) => void;

  constructor(onLog: (line: string) => void = () => undefined) {
    this.#onLog = onLog;
  }

  /** Adds a listener. What it returns removes it, and says whether it was the channel's last. */
  add(channel: string, listener: Listener): () => boolean {
    const entry = { listener };
    const entries = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, entries.add(entry));
    return () => {
      if (!entries.delete(entry) || entries.size > 0) return false;
      if (this.#channels.get(channel) === entries) this.#channels.delete(channel);
      return true;
    };
  }

  has(channel: string): boolean {
    return this.#channels.has(channel);
  }

  tell(channel: string, message: string): void {
    const now = Array.from(this.#channels.get(channel) ?? []); // a listener may add others, which come too late
    for (const { listener } of now)
      try {
        listener(message);
      } catch (error) {
        this.#onLog(`a listener of ${channel} failed (${error instanceof Error ? error.name : typeof error})`);
      }
  }

  clear(): void {
    this.#channels.clear();
  }
}
