export interface Sshd {
  readonly host: string;
  readonly port: number;
  /** Whoever runs the tests. */
  readonly login: string;
  readonly privateKey: string;
  readonly privateKeyFile: string;
  /** In authorized_keys form. */
  readonly hostKeyLine: string;
  /** What it has logged, the last 4,000 characters. */
  log(): string;
  stop(): Promise<void>;
}

export function installSsh(): void;
/** More lines for its configuration go before its own. */
export function startSshd(settings?: readonly string[]): Promise<Sshd>;
