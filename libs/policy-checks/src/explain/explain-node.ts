/** One thing that was compared with another, or several of them. */
export interface ExplainNode {
  /** What was compared with what, such as `client DE is within EEA`. */
  readonly what: string;
  /** Whether it holds; null: it does not matter here. */
  readonly holds: boolean | null;
  /** The reason's code, where it does not hold. */
  readonly code?: string;
  /** `Kind/name` of what says so. */
  readonly rule?: string;
  /** Where that is written, `file:line`, as far as it is known. */
  readonly at?: string;
  /** What tells where something is. */
  readonly evidence?: string;
  readonly parts?: readonly ExplainNode[];
}

/** A node that holds where all of its parts do. */
export function all(what: string, parts: readonly ExplainNode[], more: Partial<ExplainNode> = {}): ExplainNode {
  return { what, holds: parts.every(({ holds }) => holds !== false), ...more, parts };
}
