import { cancelRequest } from '@inland/postgres-wire';
import type { ResolvedTarget } from '../pipeline/gateway.ts';
import { openTargetSocket } from './target-socket.ts';

/** Asks the target to cancel what the process does. Never rejects: a lost cancel is one that came too late. */
export async function cancelAtTarget(
  target: ResolvedTarget,
  key: { readonly processId: number; readonly secret: Buffer },
  millisMax: number,
): Promise<void> {
  try {
    const { socket } = await openTargetSocket(target, millisMax);
    socket.end(cancelRequest(key.processId, key.secret));
    socket.resume(); // it answers by closing
    socket.setTimeout(millisMax, () => socket.destroy());
  } catch {
    // The target is gone, and with it what was to be cancelled.
  }
}
