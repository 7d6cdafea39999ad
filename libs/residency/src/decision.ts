import type { LocalMoment } from './moments.ts';

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
    /** ISO 3166-2, such as CA-QC, where it is known. */
    readonly subdivision?: string;
    /** What says so: a database of addresses with its edition. Absent where it is the network. */
    readonly source?: string;
  };
  readonly gateway: { readonly region: string };
  /** What reaches the target in the gateway's stead; absent where the gateway does so itself. */
  readonly agent?: { readonly region: string };
  readonly target: {
    readonly name: string;
    readonly protocol: 'ssh' | 'postgres';
    readonly login: string;
    /** What can be seen of where it is, beside what is declared of it. */
    readonly evidence?: TargetEvidence;
  };
  /** The regions in which the record of this access is kept, and masked. */
  readonly record: {
    readonly log: string;
    readonly recordings: string;
    readonly projections: string;
    readonly masking?: string;
  };
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
    /** Where the text of a command would send data, as far as it tells. */
    readonly destinations?: readonly CommandDestination[];
    /** Why the text cannot prove where data would go; absent or empty: it can. */
    readonly unproven?: readonly string[];
  };
  /** What this person asked for at this target, and who approved it. */
  readonly approvals?: readonly StatedRequest[];
  /** RFC 3339, UTC, with milliseconds. */
  readonly time: string;
  /** What clocks show then, in the time zones that rules about the target speak of. The engine adds it. */
  readonly moments?: Readonly<Record<string, LocalMoment>>;
}

/** Where a target's address is, as public data has it. */
export interface TargetEvidence {
  readonly address: string;
  /** The region whose published ranges hold the address. */
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** What says so, with its edition. */
  readonly source: string;
}

/** A place that a command names. */
export interface CommandDestination {
  readonly host: string;
  /** What of the command leads there, such as `aws s3 cp`. */
  readonly via: string;
  /** Null: not known. */
  readonly region: string | null;
  /** Where the region is not known, but the country is. */
  readonly country?: string;
  /** What the name stood for, where it was looked up. */
  readonly addresses?: readonly string[];
}

/** A request for access, as far as it was approved. */
export interface StatedRequest {
  readonly id: string;
  /** `connect`: the session; or the kind of operation. */
  readonly operation: string;
  readonly login: string;
  readonly reason: string;
  readonly ticket: string;
  readonly seconds: number;
  readonly once: boolean;
  readonly breakGlass: boolean;
  /** RFC 3339, UTC, with milliseconds. */
  readonly until: string;
  readonly approvers: readonly { readonly subject: string; readonly groups: readonly string[] }[];
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
  /** The next four are kept by refusing operations. */
  readonly readOnly?: true;
  readonly noFileTransfer?: true;
  readonly noForwarding?: true;
  readonly reasonRequired?: true;
}

export interface DecisionResult {
  readonly outcome: 'allowed' | 'denied';
  /** At least one; sorted, the one to tell the person first. */
  readonly reasons: readonly DecisionReason[];
  readonly obligations: DecisionObligations;
  /** What rules that only audit would have refused. */
  readonly observed?: readonly DecisionReason[];
  /** Ids of the requests that it rests on. */
  readonly approvals?: readonly string[];
  /** `policy#exception` of those that it rests on. */
  readonly exceptions?: readonly string[];
  /** It rests on a grant for emergencies. */
  readonly breakGlass?: true;
  /** It may come out otherwise later, though no rule changes. */
  readonly timely?: true;
  /** SHA-256 (hexadecimal) of the WebAssembly module. */
  readonly bundleDigest: string;
  /** Of the operator's own module that was asked beside; absent: none. */
  readonly extensionDigest?: string;
  /** SHA-256 (hexadecimal) of the rules as canonical JSON. */
  readonly dataDigest: string;
  /** The input as canonical JSON. */
  readonly inputJson: string;
}
