import type { ApprovalDesk, WantedApproval } from './approval-desk.ts';
import type { Decided } from './decider.ts';

/** How long a person may wait for an approval with the connection open. */
export const awaitMillisMax = 10 * 60 * 1000;

const awaited = new Set(['approval_required', 'break_glass_required']);

/** Whether it is an approval alone that is missing. */
export function lacksApproval({ outcome, reasons }: Pick<Decided, 'outcome' | 'reasons'>): boolean {
  return outcome === 'denied' && reasons.length > 0 && reasons.every(({ code }) => awaited.has(code));
}

export function waitingText(request: string): string {
  const minutes = awaitMillisMax / 60_000;
  return (
    `this waits for the approval of request ${request}, for up to ${minutes} minutes. ` +
    'You can leave, and come back when it is approved: `inland requests` shows how it stands.'
  );
}

/**
 * Decides again whenever something is asked for or approved, until it is not an approval that is missing, nothing is
 * pending any more, the person leaves, or the time is over. Gives the last decision.
 */
export async function awaitApproval(parts: {
  readonly desk: ApprovalDesk;
  readonly wanted: WantedApproval;
  readonly decide: () => Decided;
  readonly first: Decided;
  readonly gone: AbortSignal;
}): Promise<Decided> {
  const { desk, wanted, decide, gone } = parts;
  const over = AbortSignal.any([gone, AbortSignal.timeout(awaitMillisMax)]);
  let decided = parts.first;
  while (!over.aborted && lacksApproval(decided) && desk.pending(wanted) !== undefined) {
    await changeOf(desk, over);
    decided = decide();
  }
  return decided;
}

function changeOf(desk: ApprovalDesk, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      over.removeEventListener('abort', done);
      resolve();
    };
    const stop = desk.onChange(done);
    over.addEventListener('abort', done, { once: true });
    if (over.aborted) done();
  });
}
