interface At {
  /** Milliseconds since the session's first event. */
  readonly atMillis: number;
}

export interface FrameReason {
  readonly code: string;
  readonly rule: string;
  readonly message: string;
}

export interface PostgresFailure {
  readonly severity: string;
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
}

/** One thing to show of a session, in the order in which it happened. Plain JSON: bytes are base64. */
export type Frame =
  | (At & {
      readonly kind: 'attempted';
      readonly session: string;
      /** RFC 3339: what `atMillis` counts from. */
      readonly time: string;
      readonly protocol: 'ssh' | 'postgres' | '';
      readonly subject: string;
      readonly login: string;
      readonly target: string;
    })
  | (At & { readonly kind: 'access'; readonly outcome: 'allowed' | 'denied'; readonly reasons: readonly FrameReason[] })
  | (At & { readonly kind: 'opened'; readonly targetRegion: string; readonly targetAddress: string })
  | (At & {
      readonly kind: 'command';
      readonly command: number;
      readonly operation: string;
      readonly text: string;
      readonly observed: boolean;
      readonly channel: number;
      /** The terminal's size when it began; 0 when there is none. */
      readonly columns: number;
      readonly rows: number;
    })
  | (At & { readonly kind: 'allowed' | 'denied'; readonly command: number; readonly reasons: readonly FrameReason[] })
  | (At & {
      readonly kind: 'output' | 'error' | 'input';
      readonly command: number;
      readonly channel: number;
      /** The bytes, base64: a terminal's output need not be UTF-8, and a character may be cut in two. */
      readonly data: string;
      readonly maskedValues: number;
    })
  | (At & {
      readonly kind: 'postgres';
      readonly command: number;
      /** Names of the columns in force; empty for a statement that returns none. */
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | null)[])[];
      /** The command tag, such as `SELECT 3`, once the statement is complete. */
      readonly complete: string | null;
      readonly failure: PostgresFailure | null;
      readonly maskedValues: number;
    })
  | (At & {
      readonly kind: 'summary';
      readonly command: number;
      readonly stream: string;
      readonly bytes: number;
      readonly sha256: string;
    })
  | (At & { readonly kind: 'resize'; readonly columns: number; readonly rows: number; readonly channel: number })
  | (At & {
      readonly kind: 'completed';
      readonly command: number;
      readonly exitStatus: number | null;
      readonly status: string;
      readonly rows: number;
    })
  | (At & {
      readonly kind: 'closed';
      readonly ending: 'completed' | 'refused' | 'failed' | 'aborted' | '';
      readonly reason: string;
      readonly maskedValues: number;
    });
