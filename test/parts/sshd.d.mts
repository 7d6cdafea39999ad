export interface Sshd {
  readonly host: string;
  readonly port: number;
  /** Whoever runs the tests. */
  readonly login: string;
  readonly privateKey: string;
  readonly privateKeyFile: string;
  /** In authorized_keys form. */
  readonly hostKeyLine: string;
  stop(): Promise<void>;
}

export function installSsh(): void;
export function startSshd(): Promise<Sshd>;
