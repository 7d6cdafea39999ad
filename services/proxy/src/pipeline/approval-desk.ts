/** What somebody asks for, and must be approved. */
export interface WantedApproval {
  readonly subject: string;
  readonly target: string;
  readonly login: string;
  /** `connect`, or the kind of a command. */
  readonly operation: string;
}

/** What people asked for and others approved, as the gateway needs it. */
export interface ApprovalDesk {
  /** The id of the newest request for this that waits for somebody; undefined: there is none. */
  pending(wanted: WantedApproval): string | undefined;
  /** Calls the listener after each change. The result ends that. */
  onChange(listener: () => void): () => void;
  /**
   * Says, durably, that a session rests on a request. False: it was good for one session, and another has it. Rejects
   * when that cannot be known or recorded.
   */
  use(request: string, session: string): Promise<boolean>;
}

/** Nobody asks for anything. */
export const noApprovals: ApprovalDesk = {
  pending: () => undefined,
  onChange: () => () => undefined,
  use: async () => false,
};
