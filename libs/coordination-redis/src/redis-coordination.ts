import { checkKey, checkMillis, checkValue, type Coordination } from '@inland/coordination';
import { Fault } from '@inland/kernel';
import { redisAddress } from './redis-address.ts';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.ts';
import * as scripts from './redis-scripts.ts';
import { RedisSubscriptions } from './redis-subscriptions.ts';

export interface RedisCoordinationOptions {
  /** `redis://user:password@host:port/database`; `rediss://` for TLS. */
  readonly url: string;
  /** Instead of those in the URL. */
  readonly username?: string;
  readonly password?: string;
  /** Stands before every key and channel. `inland:` unless told. */
  readonly prefix?: string;
  /** TLS, with the authority that must have signed the server's certificate; those of the system when absent. */
  readonly tls?: { readonly ca?: string; readonly servername?: string };
  /** Of each call, in milliseconds. 2,000 unless told. */
  readonly deadlineMillis?: number;
  /** Told when the connection is lost and back, and when a listener fails. */
  readonly onLog?: (line: string) => void;
}

/** Coordination between replicas through one Redis (6 or later) or Valkey. */
export class RedisCoordination implements Coordination {
  readonly #prefix: string;
  readonly #commands: RedisConnection;
  readonly #subscriber: RedisConnection;
  readonly #subscriptions: RedisSubscriptions;
  #closed = false;

  private constructor(
    prefix: string,
    commands: RedisConnection,
    subscriber: RedisConnection,
    onLog: (line: string) => void,
  ) {
    this.#prefix = prefix;
    this.#commands = commands;
    this.#subscriber = subscriber;
    this.#subscriptions = new RedisSubscriptions(subscriber, onLog);
  }

  /** Connects; faults with `unavailable`, `timeout` or `misconfigured` when Redis cannot be used. */
  static async open(options: RedisCoordinationOptions): Promise<RedisCoordination> {
    const {
      url,
      username,
      password,
      prefix = 'inland:',
      tls,
      deadlineMillis = 2_000,
      onLog = () => undefined,
    } = options;
    const address = {
      ...redisAddress(url),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
    const connection: RedisConnectionOptions = {
      address,
      deadlineMillis,
      onLog,
      ...(tls === undefined ? {} : { tls }),
    };
    const commands = await RedisConnection.open(connection);
    try {
      const quiet = { ...connection, onLog: () => undefined }; // both are lost at once; one word is enough
      return new RedisCoordination(prefix, commands, await RedisConnection.open(quiet), onLog);
    } catch (error) {
      commands.close();
      throw error;
    }
  }

  async renewLease(key: string, holder: string, ttlMillis: number): Promise<boolean> {
    const name = this.#name('lease', key, holder, ttlMillis);
    const held = await this.#commands.run('renewing a lease', (client) =>
      client.eval(scripts.renewLease, 1, name, holder, ttlMillis),
    );
    return held === 1;
  }

  async releaseLease(key: string, holder: string): Promise<void> {
    const name = this.#name('lease', key);
    await this.#commands.run('releasing a lease', (client) => client.eval(scripts.releaseLease, 1, name, holder));
  }

  async leaseHolder(key: string): Promise<string | undefined> {
    const name = this.#name('lease', key);
    return (await this.#commands.run('reading a lease', (client) => client.get(name))) ?? undefined;
  }

  async putOnce(key: string, value: string, ttlMillis: number): Promise<boolean> {
    const name = this.#name('once', key, value, ttlMillis);
    const kept = await this.#commands.run('keeping a value', (client) =>
      client.set(name, value, 'PX', ttlMillis, 'NX'),
    );
    return kept === 'OK';
  }

  async takeOnce(key: string): Promise<string | undefined> {
    const name = this.#name('once', key);
    const value = await this.#commands.run('taking a value', (client) => client.eval(scripts.take, 1, name));
    return typeof value === 'string' ? value : undefined;
  }

  async count(key: string, windowMillis: number): Promise<number> {
    const name = this.#name('count', key, '', windowMillis);
    return Number(await this.#commands.run('counting', (client) => client.eval(scripts.count, 1, name, windowMillis)));
  }

  async publish(channel: string, message: string): Promise<void> {
    const name = this.#name('channel', channel, message);
    await this.#commands.run('publishing', (client) => client.publish(name, message));
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    return this.#subscriptions.add(this.#name('channel', channel), listener);
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    try {
      await Promise.all([
        // Written, not only read: a replica answers a ping, and so does a server that is full.
        this.#commands.run('a look at its health', (client) => client.set(`${this.#prefix}health`, '1', 'PX', 60_000)),
        this.#subscriber.run('a look at its health', (client) => client.ping()),
      ]);
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: Fault.from(error).message };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#subscriptions.clear();
    this.#commands.close();
    this.#subscriber.close();
  }

  #name(kind: 'lease' | 'once' | 'count' | 'channel', key: string, value = '', millis = 1): string {
    if (this.#closed) throw new Fault('unavailable', 'coordination is closed');
    checkKey(key);
    checkValue(value);
    checkMillis(millis);
    return `${this.#prefix}${kind}:${key}`;
  }
}
