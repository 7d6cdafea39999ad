/** A terminal as a client asks for it (RFC 4254 §6.2). */
export interface Terminal {
  readonly term: string;
  readonly cols: number;
  readonly rows: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Encoded as they came (RFC 4254 §8). */
  readonly modes: Uint8Array;
}

/** An X11 display as a client asks for it to be forwarded (RFC 4254 §6.3.1). */
export interface X11Display {
  readonly single: boolean;
  readonly protocol: string;
  readonly cookie: Uint8Array;
  readonly screen: number;
}

/** What a client asks a session channel to run (RFC 4254 §6.5), with its terminal and environment. */
export interface SessionRequest {
  readonly kind: 'exec' | 'shell' | 'subsystem';
  /** The command line, or the subsystem's name. */
  readonly text: string;
  readonly terminal: Terminal | undefined;
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
