export interface SshClients {
  /** A Python that has paramiko and asyncssh. */
  readonly python: string;
  readonly ansible: string;
  /** `go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE exec|forward …`, see go-ssh-client/main.go. */
  readonly goClient: string;
}

export function installSshClients(): void;
export function sshClients(): SshClients;
