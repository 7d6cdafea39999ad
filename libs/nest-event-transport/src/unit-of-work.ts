import type { StoredEvent } from '@inland/event-log';
import type { Fault } from '@inland/kernel';

/** Where a subscriber keeps what it makes of events together with how far it is: both change, or neither. */
export interface UnitOfWork<Tx> {
  /** The next offset to apply; 0 when nothing was applied yet. */
  checkpoint(partition: number): Promise<number>;
  /**
   * Runs the work and moves the checkpoint from `expected` to `next`, together. Rejects with `conflict`, with nothing
   * changed, when the checkpoint is not where `expected` says.
   */
  run(
    step: { readonly partition: number; readonly expected: number; readonly next: number },
    work: (tx: Tx) => Promise<void>,
  ): Promise<void>;
  /** Keeps what is known of an event that cannot be applied, for people to look at; within the work of a `run`. */
  park(tx: Tx, stored: StoredEvent, fault: Fault): Promise<void>;
}
