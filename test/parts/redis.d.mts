export interface RedisForTests {
  readonly port: number;
  /** Without a password. */
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on its port, empty. */
  restart(): Promise<void>;
  /** It keeps its connections and answers nothing, until it is thawed. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export function installRedis(): void;
export function startRedis(options?: {
  readonly password?: string;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
}): Promise<RedisForTests>;
