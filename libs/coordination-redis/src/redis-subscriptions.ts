import { ChannelListeners } from '@inland/coordination';
import type { RedisConnection } from './redis-connection.ts';

/**
 * Who in this process listens to which channel, on a connection of its own: one that subscribes can do nothing else. After
 * a lost connection the channels are subscribed again; what was published meanwhile is lost.
 */
export class RedisSubscriptions {
  readonly #connection: RedisConnection;
  readonly #listeners: ChannelListeners;
  readonly #onLog: (line: string) => void;

  constructor(connection: RedisConnection, onLog: (line: string) => void) {
    this.#connection = connection;
    this.#listeners = new ChannelListeners(onLog);
    this.#onLog = onLog;
    connection.client.on('message', (channel, message) => this.#listeners.tell(channel, message));
  }

  async add(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    const remove = this.#listeners.add(channel, listener);
    try {
      await this.#connection.run('subscribing', (client) => client.subscribe(channel));
    } catch (error) {
      remove();
      throw error;
    }
    return async () => {
      if (remove()) await this.#unsubscribe(channel);
    };
  }

  clear(): void {
    this.#listeners.clear();
  }

  /** Nobody hears the channel any more, whatever Redis says: a failure costs only messages that nobody gets. */
  async #unsubscribe(channel: string): Promise<void> {
    try {
      await this.#connection.run('unsubscribing', (client) => client.unsubscribe(channel));
      if (this.#listeners.has(channel))
        await this.#connection.run('subscribing', (client) => client.subscribe(channel));
    } catch {
      this.#onLog('a channel could not be unsubscribed from');
    }
  }
}
