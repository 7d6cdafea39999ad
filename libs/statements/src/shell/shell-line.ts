/** A place that a line of shell would send data to, or fetch it from. */
export interface ShellDestination {
  /** A host name, an address, or a bucket, lower case. */
  readonly host: string;
  /** What of the line leads there: `aws s3 cp`, `curl`, `/dev/tcp`, … */
  readonly via: string;
  /**
   * `bucket`: the host is `s3://name`, `gs://name`, `az://account` or `rclone://remote`. `context`: it is a name that a
   * configuration knows, such as `kube://name`.
   */
  readonly kind: 'host' | 'bucket' | 'context';
  /** The region of a cloud that the line itself states, `aws:eu-west-1`; absent otherwise. */
  readonly region?: string;
  readonly port?: number;
}

/**
 * Why a text alone does not prove where data goes: `unknown_program`, a program that is not known here;
 * `program_from_data`, what runs is in a variable, a file or a pipe; `destination_from_data`, so is where it leads;
 * `interpreter`, a program in another language; `interactive`, what is typed next decides.
 */
export type UnprovenReason =
  | 'unparsed'
  | 'too_long'
  | 'unknown_program'
  | 'program_from_data'
  | 'destination_from_data'
  | 'interpreter'
  | 'interactive';

/** What a line of shell would do, as far as its text tells. */
export interface ShellLine {
  /** Sorted by host, each once. */
  readonly destinations: readonly ShellDestination[];
  /** Why the text alone cannot prove where data would go; empty: it can. Sorted. */
  readonly unproven: readonly UnprovenReason[];
  /** The programs that the line would run, as far as known, in order. */
  readonly commands: readonly string[];
}
