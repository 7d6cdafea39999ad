import type { ResourceChange } from '@inland/residency';

export interface ApplyResult {
  readonly changes: readonly ResourceChange[];
  readonly deleted?: readonly { readonly kind: string; readonly name: string }[];
  /** What is likely a mistake, though it can be applied. */
  readonly warnings: readonly string[];
  /** The id under which it waits for somebody's approval; absent: it holds. */
  readonly proposed?: string;
  /** The version that it made. */
  readonly version?: number;
}
