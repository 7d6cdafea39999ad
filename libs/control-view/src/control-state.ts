import { gunzipSync } from 'node:zlib';
import { emptyAccessRequests, evolveAccessRequests, type AccessRequests } from '@inland/access-requests';
import type { ControlEvent } from '@inland/events';
import { emptyDirectory, evolveDirectory, type Directory } from '@inland/identity';
import { emptyRuleChanges, evolveRuleChanges, type RuleChanges } from '@inland/rule-changes';
import { emptyWorld, evolveWorld, PolicyEngine, type World } from '@inland/residency';

/** Everything that the control log says: a fold. */
export interface ControlState {
  readonly world: World;
  readonly directory: Directory;
  readonly requests: AccessRequests;
  readonly changes: RuleChanges;
  /** The newest policy bundle, and its WebAssembly, still compressed. */
  readonly bundle: { readonly digest: string; readonly wasmGzip: Uint8Array } | undefined;
  /** The operator's own module that is asked beside it. */
  readonly extension: { readonly digest: string; readonly wasmGzip: Uint8Array } | undefined;
  /** The offset after the last event that was folded. */
  readonly nextOffset: number;
}

export const emptyControlState: ControlState = {
  world: emptyWorld,
  directory: emptyDirectory,
  requests: emptyAccessRequests,
  changes: emptyRuleChanges,
  bundle: undefined,
  extension: undefined,
  nextOffset: 0,
};

/** The state after the event at an offset, written at `time` (RFC 3339). */
export function evolveControl(state: ControlState, event: ControlEvent, offset: number, time: string): ControlState {
  return {
    world: evolveWorld(state.world, event),
    directory: evolveDirectory(state.directory, event),
    requests: evolveAccessRequests(state.requests, event, time),
    changes: evolveRuleChanges(state.changes, event, time),
    bundle:
      event.name === 'PolicyBundleActivated'
        ? { digest: event.data.digest, wasmGzip: event.data.wasmGzip }
        : state.bundle,
    extension: extensionAfter(state.extension, event),
    nextOffset: offset + 1,
  };
}

function extensionAfter(before: ControlState['extension'], event: ControlEvent): ControlState['extension'] {
  if (event.name !== 'PolicyExtensionActivated') return before;
  const { digest, wasmGzip } = event.data;
  return digest === '' ? undefined : { digest, wasmGzip };
}

/** The engine of a state: its bundle, and the extension. Rejects with `invalid_argument` where they cannot be loaded. */
export async function engineOf({ bundle, extension }: ControlState): Promise<PolicyEngine | undefined> {
  if (bundle === undefined) return undefined;
  return PolicyEngine.load(wasmOf(bundle), extension === undefined ? undefined : wasmOf(extension));
}

/** The module of a bundle. At most 64 MiB unpacked. */
export function wasmOf(bundle: { readonly wasmGzip: Uint8Array }): Uint8Array {
  return gunzipSync(bundle.wasmGzip, { maxOutputLength: 64 * 1024 * 1024 });
}
