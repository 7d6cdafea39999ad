export interface KafkaCluster {
  /** Everything that the brokers write. */
  readonly folder: string;
  /** `host:port`, in the order of their ids, which begin at 1. */
  readonly brokers: readonly string[];
  kill9(id: number): Promise<void>;
  restart(id: number): Promise<void>;
  /** Stops its clock: connections stay, nothing answers. */
  freeze(id: number): void;
  thaw(id: number): void;
  stop(): Promise<void>;
}

export function installKafka(): Promise<void>;
export function startKafka(options?: { readonly brokers?: 1 | 3 }): Promise<KafkaCluster>;
