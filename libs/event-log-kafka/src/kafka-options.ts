/** How the brokers are reached, and how topics are made. */
export interface KafkaEventLogOptions {
  /** `host:port` of some of them; the others are found. */
  readonly brokers: readonly string[];
  /** Names this process to the brokers. */
  readonly clientId: string;
  /** Copies of each event. Default 3. */
  readonly replicationFactor?: number;
  /** How many copies must have an event before it is acknowledged. Default 2. */
  readonly minInsyncReplicas?: number;
  /** Partitions of the session topic; never changed afterwards, for it would break the order of keys. Default 12. */
  readonly sessionPartitions?: number;
  /** Days that session events are kept. Default 400. */
  readonly sessionRetentionDays?: number;
  /** TLS, with the authority that must have signed the brokers' certificates; those of the system when absent. */
  readonly tls?: { readonly ca?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** How long an append may take until it is rejected. Default 15 s. */
  readonly appendMillis?: number;
  /** Told what the client library says, at its levels; no event's content. */
  readonly onLog?: (level: 'error' | 'warn' | 'info', line: string) => void;
}
