import type { PseudoTtyInfo } from 'ssh2';

/** What a client asks a session channel to run (RFC 4254 §6.5), with its terminal and environment. */
export interface SessionRequest {
  readonly kind: 'exec' | 'shell' | 'subsystem';
  /** The command line, or the subsystem's name. */
  readonly text: string;
  readonly terminal: (PseudoTtyInfo & { readonly term?: string }) | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** Variables that a client may set at the target: those that say which language and terminal it has. */
export function mayBeSet(name: string): boolean {
  return /^(LANG|LANGUAGE|LC_[A-Z]{1,32}|COLORTERM)$/.test(name);
}

export const environmentMax = 32;

/** How policy names it. */
export function operationOf(kind: SessionRequest['kind']): string {
  return `ssh.${kind}`;
}
