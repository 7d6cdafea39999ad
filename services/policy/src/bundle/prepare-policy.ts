import { gzipSync } from 'node:zlib';
import type { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { controlRecord, type EventRecord } from '@inland/events';
import { canonicalJson, diffResources, systemResources } from '@inland/residency';
import type { PolicyBundle } from './policy-bundle.ts';

export interface PolicyPreparation {
  readonly log: EventLog;
  readonly view: ControlView;
  readonly source: string;
  readonly bundle: PolicyBundle;
  /** The operator's own, to be asked beside. */
  readonly extension?: PolicyBundle | undefined;
  readonly systemResources: boolean;
}

/**
 * Activates the bundle when another one, or none, decides now, and adds the system's regions and jurisdictions where
 * they are missing; what an operator changed stays as it is. Resolves when the view has folded it. Doing it again
 * changes nothing. Gives the number of events that it took.
 */
export async function preparePolicy(preparation: PolicyPreparation): Promise<number> {
  const { log, view, source, bundle, extension } = preparation;
  const events: EventRecord[] = preparation.systemResources ? missingResources(view, source) : [];
  if (view.bundleDigest !== bundle.digest) {
    const data = {
      digest: bundle.digest,
      wasmGzip: gzipSync(bundle.wasm, { level: 9 }),
      actor: 'system',
      signedBy: bundle.signedBy,
    };
    events.push(controlRecord('PolicyBundleActivated', data, { source, subject: 'PolicyBundle/active' }));
  }
  if (view.extensionDigest !== extension?.digest) {
    const wasmGzip = extension === undefined ? new Uint8Array(0) : gzipSync(extension.wasm, { level: 9 });
    const { digest = '', signedBy = '' } = extension ?? {};
    const data = { digest, wasmGzip, actor: 'system', signedBy };
    events.push(controlRecord('PolicyExtensionActivated', data, { source, subject: 'PolicyExtension/active' }));
  }
  if (events.length === 0) return 0;
  const { offset } = await log.append('inland.control.v1', events);
  await view.waitFor(offset);
  return events.length;
}

function missingResources(view: ControlView, source: string): EventRecord[] {
  return diffResources(view.world, systemResources())
    .filter(({ change }) => change === 'created')
    .map(({ kind, name, after }) =>
      controlRecord(
        'ResourceApplied',
        { kind, name, generation: 1n, resourceJson: canonicalJson(after), actor: 'system' },
        { source, subject: `${kind}/${name}` },
      ),
    );
}
