import { isIP } from 'node:net';
import { Fault, backoffMillis, withDeadline } from '@inland/kernel';
import { Redis } from 'ioredis';
import type { RedisAddress } from './redis-address.ts';
import { redisFault } from './redis-fault.ts';

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  readonly tls?: { readonly ca?: string; readonly servername?: string };
  /** Of a command, and of connecting. */
  readonly deadlineMillis: number;
  /** Told when the connection is lost and when it is back. */
  readonly onLog: (line: string) => void;
}

/** How many commands may wait for an answer on one connection. */
const commandsMax = 10_000;

/**
 * One connection to Redis that comes back by itself. A command is sent at most once: what was lost with the connection,
 * or comes while there is none, faults at once.
 */
export class RedisConnection {
  readonly client: Redis;
  readonly #options: RedisConnectionOptions;
  #waiting = 0;
  #ready = false;
  #closed = false;
  #lastError: unknown;

  private constructor(options: RedisConnectionOptions) {
    const { address, tls, deadlineMillis, onLog } = options;
    this.#options = options;
    this.client = new Redis({
      host: address.host,
      port: address.port,
      db: address.database,
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(address.tls || tls !== undefined
        ? { tls: { ...(isIP(address.host) ? {} : { servername: address.host }), ...tls } }
        : {}),
      protocol: 2,
      connectionName: 'inland',
      disableClientInfo: true,
      lazyConnect: true,
      connectTimeout: deadlineMillis,
      commandTimeout: deadlineMillis,
      socketTimeout: deadlineMillis, // a connection on which an answer is overdue is given up
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      keepAlive: 10_000,
      reconnectOnError: ({ message }) => message.startsWith('READONLY'), // after a failover the name leads elsewhere
      retryStrategy: (attempt) =>
        this.#ready ? backoffMillis(attempt - 1, { initialMillis: 50, maxMillis: 2_000 }) : undefined,
    });
    let told = false;
    this.client.on('error', (error: unknown) => (this.#lastError = error));
    this.client.on('close', () => {
      if (told || this.#closed || !this.#ready) return;
      told = true;
      onLog(`the connection to Redis at ${address.where} is lost`);
    });
    this.client.on('ready', () => {
      if (told) onLog(`the connection to Redis at ${address.where} is back`);
      told = false;
      this.#ready = true;
    });
  }

  /** Connects; faults when that does not succeed at the first try. */
  static async open(options: RedisConnectionOptions): Promise<RedisConnection> {
    const connection = new RedisConnection(options);
    const { address, deadlineMillis } = options;
    try {
      await withDeadline(connection.client.connect(), deadlineMillis, `connecting to Redis at ${address.where}`);
      return connection;
    } catch (error) {
      connection.close();
      throw redisFault(connection.#lastError ?? error, address.where);
    }
  }

  /** Runs commands, with the deadline, and turns what goes wrong into a fault. */
  async run<T>(what: string, work: (client: Redis) => Promise<T>): Promise<T> {
    const { address, deadlineMillis } = this.#options;
    if (this.#closed) throw new Fault('unavailable', 'coordination is closed');
    if (this.#waiting >= commandsMax)
      throw new Fault('resource_exhausted', `more than ${commandsMax} calls wait for Redis at ${address.where}`);
    this.#waiting += 1;
    try {
      return await withDeadline(work(this.client), deadlineMillis, `${what} at Redis ${address.where}`);
    } catch (error) {
      const fault = redisFault(error, address.where);
      throw fault.code === 'unavailable' && this.client.status !== 'ready'
        ? redisFault(this.#lastError ?? error, address.where)
        : fault;
    } finally {
      this.#waiting -= 1;
    }
  }

  close(): void {
    this.#closed = true;
    if (this.client.status !== 'end') this.client.disconnect();
  }
}
