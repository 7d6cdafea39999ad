/**
 * What an operation does to data. A statement may do several. `export`: it gives data to something beyond the protocol's
 * own answer (a program, a file of the server, another database, a bucket).
 */
export type OperationEffect = 'read' | 'write' | 'schema' | 'administration' | 'export';

/** What is asked of the policy engine. The world (regions, targets, rules) is the engine's data, not its input. */
export interface DecisionInput {
  readonly version: 1;
  readonly principal: {
    readonly subject: string;
    readonly groups: readonly string[];
    readonly identityProvider: string;
    readonly multiFactor: boolean;
  };
  readonly client: {
    /** ISO 3166-1 alpha-2, or null: unknown stays unknown. */
    readonly country: string | null;
    /** The trusted network, named by the operator, that the address lies in. */
    readonly network: string | null;
  };
  readonly gateway: { readonly region: string };
  readonly target: { readonly name: string; readonly protocol: 'ssh' | 'postgres'; readonly login: string };
  /** The regions in which the record of this access is kept. */
  readonly record: { readonly log: string; readonly recordings: string; readonly projections: string };
  readonly operation: {
    /** `connect`, or a command's kind: ssh.exec, ssh.line, ssh.file-read, ssh.forward-local, postgres.query, … */
    readonly kind: string;
    /** The command, the path of a file, where a forwarding leads; null for `connect`. */
    readonly text: string | null;
    /** What a statement does; null when its text cannot tell; absent where operations have no effects to tell. */
    readonly effects?: readonly OperationEffect[] | null;
    /** Relations that a statement touches, as written. */
    readonly relations?: readonly string[];
    /** Where a forwarding leads, and the region of that place; null: not known. */
    readonly destination?: { readonly host: string; readonly port: number; readonly region: string | null };
  };
  /** RFC 3339, UTC. */
  readonly time: string;
}

/** Why: a constant that tests, the record and the person's message share. */
export interface DecisionReason {
  readonly code: string;
  /** `Kind/name` of the rule that says so, or empty. */
  readonly rule: string;
  /** One sentence that the person can act on. */
  readonly message: string;
}

export interface DecisionObligations {
  /** Names of masking detectors, sorted. */
  readonly mask: readonly string[];
  readonly recordStrict: boolean;
  /** 0: no limit. */
  readonly maxSessionSeconds: number;
  /** 0: no limit. */
  readonly maxIdleSeconds: number;
}

export interface DecisionResult {
  readonly outcome: 'allowed' | 'denied';
  /** At least one; sorted, the one to tell the person first. */
  readonly reasons: readonly DecisionReason[];
  readonly obligations: DecisionObligations;
  /** SHA-256 (hexadecimal) of the WebAssembly module. */
  readonly bundleDigest: string;
  /** SHA-256 (hexadecimal) of the rules as canonical JSON. */
  readonly dataDigest: string;
  /** The input as canonical JSON. */
  readonly inputJson: string;
}
