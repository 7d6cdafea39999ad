import type { ControlView, ViewDecision } from '@inland/control-view';
import { Fault } from '@inland/kernel';
import type { ClientPlaces, DecisionInput } from '@inland/residency';
import type { ApiPrincipal } from '@inland/service-host';
import type { SessionPlace } from './session-queries.ts';

/** Who looks, and from which address. */
export type Viewer = Pick<ApiPrincipal, 'subject' | 'groups'> & { readonly address: string };

export interface ViewDeciderParts {
  readonly view: Pick<ControlView, 'decide'>;
  readonly places: ClientPlaces;
  readonly region: string;
  readonly record: DecisionInput['record'];
}

/** Looking at what was recorded is an access of its own: the same engine decides it. */
export class ViewDecider {
  readonly #parts: ViewDeciderParts;

  constructor(parts: ViewDeciderParts) {
    this.#parts = parts;
  }

  decide({ subject, groups, address }: Viewer, { target, login, protocol }: SessionPlace): ViewDecision {
    const { view, places, region, record } = this.#parts;
    return view.decide({
      version: 1,
      principal: { subject, groups: [...groups].sort(), identityProvider: 'api', multiFactor: false },
      client: places.placeOf(address),
      gateway: { region },
      target: { name: target, protocol: protocol as 'ssh' | 'postgres', login },
      record,
      operation: { kind: 'recording.view', text: null },
      time: new Date().toISOString(),
    });
  }
}

/** Faults with `permission_denied` where the rules refuse it. */
export function assertMayView({ outcome, reasons }: Pick<ViewDecision, 'outcome' | 'reasons'>): void {
  if (outcome === 'allowed') return;
  const [{ message, rule, code } = { message: '', rule: '', code: '' }] = reasons;
  throw new Fault('permission_denied', `${message}${rule === '' ? '' : ` (rule ${rule})`} [${code}]`);
}
