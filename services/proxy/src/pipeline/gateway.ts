import type { StreamKind } from '@inland/events';
import type { TextLeads } from '@inland/command-places';
import type { OperationEffect } from '@inland/residency';

/** What a listener found out about the person before anything is asked of policy. */
export type Identity =
  | {
      readonly kind: 'proven';
      readonly subject: string;
      readonly groups: readonly string[];
      readonly identityProvider: string;
      readonly method: 'ssh-key' | 'ssh-certificate' | 'database-token';
      /** The key's fingerprint or the token's id. */
      readonly credentialId: string;
      /** The only target that the credential opens; absent: any. */
      readonly boundTarget?: string;
    }
  | {
      readonly kind: 'unproven';
      readonly method: 'ssh-key' | 'ssh-certificate' | 'database-token' | '';
      readonly credentialId: string;
      /** One of the gateway's own reasons: `credential_…` or `certificate_…`. */
      readonly reason: string;
    };

export interface AttemptRequest {
  readonly protocol: 'ssh' | 'postgres';
  /** The user name as typed: `login@target` or `login%target`. */
  readonly requestedName: string;
  readonly client: {
    readonly address: string;
    readonly port: number;
    readonly software: string;
    /** The proxy that the connection came from, where that said whom it forwards. */
    readonly peer?: string;
  };
  readonly identity: Identity;
  /** How the person is told that an approval is awaited, and who tells that they left. Without it nobody waits. */
  readonly waiting?: { tell(text: string): void; readonly gone: AbortSignal };
}

/** A refusal, as a value: each listener says it in its protocol's own words (see `denialText`). */
export interface Denial {
  /** A reason constant. */
  readonly code: string;
  /** `Kind/name`, or empty. */
  readonly rule: string;
  /** One sentence that the person can act on. */
  readonly message: string;
  /** The id to quote: the session's id. */
  readonly requestId: string;
}

/** The secret of a target's login, read from the proxy's secrets folder at the moment of use. */
export interface TargetLogin {
  readonly name: string;
  readonly privateKey?: string;
  readonly password?: string;
  /** SSH: goes with the private key, as in a file `id_ed25519-cert.pub`. */
  readonly certificate?: string;
}

/** Where to go and what to expect there, from the Target resource. */
export interface ResolvedTarget {
  readonly name: string;
  readonly region: string;
  readonly host: string;
  readonly port: number;
  /** The address of the host that was judged, to be dialled; the host itself, when absent. */
  readonly address?: string;
  readonly login: TargetLogin;
  /** SSH: the host keys that are accepted, in authorized_keys form without comment. */
  readonly hostKeys: readonly string[];
  /** PostgreSQL: how the target's TLS certificate is verified. */
  readonly tls: {
    readonly mode: 'verify-full' | 'verify-ca' | 'disable';
    readonly ca?: string;
    readonly serverName?: string;
  };
}

export type AttemptResult =
  | { readonly kind: 'allowed'; readonly session: GatewaySession; readonly target: ResolvedTarget }
  | { readonly kind: 'refused'; readonly denial: Denial };

/** The enforcement pipeline: the one way from a client to a target, whatever the protocol. */
export interface Gateway {
  /** Records the attempt, asks policy, records what it said. Never rejects: what cannot be done is a refusal. */
  attempt(request: AttemptRequest): Promise<AttemptResult>;
}

export interface CommandRequest {
  readonly operation: string;
  readonly text: string;
  /** Bytes of the text that were left out because it was over the limit. */
  readonly omittedBytes?: number;
  readonly observed?: boolean;
  /** What would run is not known, whatever `text` says: it is refused, and the record has that. */
  readonly unknown?: boolean;
  readonly channel?: number;
  readonly columns?: number;
  readonly rows?: number;
  /** What a SQL text does, as far as it tells; null: it cannot be parsed. */
  readonly statements?: SqlStatements | null;
  /** Values bound to a prepared statement. Recorded masked. */
  readonly parameters?: readonly string[];
  /** Where a forwarding leads. The gateway finds out in which region that is. */
  readonly destination?: { readonly host: string; readonly port: number };
}

/** The parts of a SQL text that rules can be about. */
export interface SqlStatements {
  readonly fingerprint: string;
  /** SELECT, INSERT, COPY, …: one for each statement, in order. */
  readonly kinds: readonly string[];
  /** Null: something that the text does not tell. */
  readonly effects: readonly OperationEffect[] | null;
  readonly relations: readonly string[];
  readonly columns: readonly string[];
  /** Where it would send data, as far as it tells; absent: nowhere. */
  readonly leads?: TextLeads;
}

export type CommandVerdict =
  | { readonly kind: 'allowed'; readonly command: CommandRecord }
  | { readonly kind: 'refused'; readonly denial: Denial };

export type Ending = 'completed' | 'failed' | 'aborted';

/** One allowed access. Everything that passes is told to it first. */
export interface GatewaySession {
  readonly id: string;
  /** Detectors that must mask what comes back; empty: nothing is masked. */
  readonly mask: readonly string[];
  /**
   * Aborts, with a {@link Denial} as its reason, when Inland must end the session: the record cannot be kept, the
   * replica's lease is lost, a time limit is over, the gateway stops. The listener tells the person, and closes.
   */
  readonly ended: AbortSignal;
  /** The person is to be told something before the session ends by itself: a limit is near. */
  onWarning(tell: (text: string) => void): void;
  /** The way to the target is open. */
  opened(details: { readonly address: string; readonly identity: string }): Promise<void>;
  /** Decides a command and makes it durable. Only after `allowed` may its bytes go to the target. Never rejects. */
  submit(request: CommandRequest): Promise<CommandVerdict>;
  /** A terminal changed its size; recorded in order, not awaited. */
  resized(size: { readonly columns: number; readonly rows: number; readonly channel?: number }): void;
  /** Closes the record. May be called more than once; the first call counts. Resolves when durable or given up. */
  close(ending: Ending, reason: string): Promise<void>;
}

/** An allowed command, and where what comes of it is recorded. */
export interface CommandRecord {
  /** From 1. */
  readonly number: number;
  /**
   * Records a piece of a stream, which the caller has masked already, and resolves when it may be forwarded: at once
   * while at most 64 KiB or 100 ms are unacknowledged, later under backpressure, and after its acknowledgement where
   * the rule says strict. Rejects when the record cannot be kept: then it must not be forwarded. Calls of one session
   * are recorded in order of the calls. The bytes are copied.
   */
  record(stream: StreamKind, data: Uint8Array, maskedValues?: number): Promise<void>;
  /** Bytes that pass without being kept in full: counted and hashed per stream, summarised when the command completes. */
  summarise(stream: StreamKind, data: Uint8Array): void;
  /**
   * The command is over. Resolves when that is durable; with `soon` it may wait a few milliseconds, to share a commit with
   * the next command: for callers that do not wait.
   */
  completed(
    result: { readonly exitStatus?: number; readonly status?: string; readonly rows?: number },
    options?: { readonly soon?: boolean },
  ): Promise<void>;
}

/** What a refusal says, in one or two lines; the last names the id to quote. */
export function denialText(denial: Denial): string {
  const rule = denial.rule === '' ? '' : ` (rule ${denial.rule})`;
  return `Inland refused this: ${denial.message}${rule} [${denial.code}]\nQuote request ${denial.requestId} when you ask about it.`;
}
