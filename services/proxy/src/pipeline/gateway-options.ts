import type { CommandLeads } from '@inland/command-places';
import type { EventLog } from '@inland/event-log';
import type { ClientPlaces, DecisionInput, TargetEvidence } from '@inland/residency';
import type { ApprovalDesk } from './approval-desk.ts';
import type { Decider } from './decider.ts';
import type { AttemptRequest, CommandRequest, ResolvedTarget } from './gateway.ts';

/** What the gateway tells metrics; names and codes only. */
export interface GatewayObserver {
  attempt(protocol: string, outcome: 'allowed' | 'denied', reason: string): void;
  command(operation: string, outcome: 'allowed' | 'denied', reason: string): void;
  live(sessions: number): void;
  /** A session was let in by a grant for emergencies: everybody is to hear of it. */
  breakGlass?(session: { readonly id: string; readonly subject: string; readonly target: string }): void;
}

/** Who a person is now, and whether what they came in with is still good. */
export type Standing = { readonly kind: 'good'; readonly groups: readonly string[] } | { readonly kind: 'gone' };

/** Where a target's name leads, to be dialled so, and what can be seen of where that is. */
export interface Sight {
  readonly address: string | undefined;
  readonly evidence: TargetEvidence | undefined;
}

export interface EnforcementGatewayOptions {
  readonly log: EventLog;
  readonly decider: Decider;
  readonly replica: string;
  readonly region: string;
  /** The regions in which log, recordings and projections keep the record. */
  readonly record: DecisionInput['record'];
  readonly places: ClientPlaces;
  /** The region of a target; undefined when there is no such target. */
  readonly regionOf: (target: string) => string | undefined;
  /** The region of a place that something at a target would be connected to; null when it is not known. */
  readonly destinationRegion: (target: string, host: string) => string | null;
  /** Looks the target up and gets what opens its login for this session. Undefined: there is no such thing. */
  readonly resolveTarget: (
    name: string,
    login: string,
    session: { readonly id: string; readonly subject: string },
    address: string | undefined,
  ) => Promise<ResolvedTarget | undefined>;
  readonly maskText: (
    detectors: readonly string[],
  ) => (text: string) => { readonly text: string; readonly masked: number };
  readonly observer: GatewayObserver;
  /** What people asked for and others approved. Nothing, when absent. */
  readonly approvals?: ApprovalDesk;
  /** Who came in, as they are now. As they were, when absent. */
  readonly standingOf?: (identity: ProvenIdentity) => Standing;
  /** Where a target's name leads, and what can be seen of where that is. Nothing, when absent. */
  readonly look?: (target: string) => Promise<Sight>;
  /** Where the text of a command would send data. Nothing is read, when absent. */
  readonly leadsOf?: (
    target: string,
    request: CommandRequest,
  ) => CommandLeads | undefined | Promise<CommandLeads | undefined>;
}

export type ProvenIdentity = Extract<AttemptRequest['identity'], { kind: 'proven' }>;
