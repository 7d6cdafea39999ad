import { decodeControlEvent, type Decision } from '@inland/events';
import type { StoredEvent } from '@inland/event-log';
import type { DecisionInput, DecisionResult, PolicyEngine } from '@inland/residency';
import { emptyControlState, engineOf, evolveControl, type ControlState } from './control-state.ts';

/** Makes recorded decisions again, from the control log alone. Give decisions in any order; states are kept by offset. */
export class DecisionReplay {
  readonly #events: readonly StoredEvent[];
  readonly #engines = new Map<string, Promise<PolicyEngine | undefined>>();
  readonly #states = new Map<number, ControlState>();

  /** `events`: the whole control topic, in order. */
  constructor(events: readonly StoredEvent[]) {
    this.#events = events;
  }

  /**
   * The decision as the rules of then make it now. Undefined where no bundle decided (a credential that was not good),
   * or the input is withheld from the record.
   */
  async replay(recorded: Decision): Promise<DecisionResult | undefined> {
    if (recorded.bundleDigest === '' || recorded.inputWithheld) return undefined;
    if (recorded.reasons.some(({ code }) => code === 'policy_stale')) return undefined;
    const engine = await this.engineAt(Number(recorded.controlOffset));
    return engine?.decide(JSON.parse(recorded.inputJson) as DecisionInput);
  }

  /** An engine with the bundle and the rules as they were before an offset; undefined where no bundle decided then. */
  async engineAt(offset: number): Promise<PolicyEngine | undefined> {
    const state = this.#stateBefore(offset);
    const key = `${state.bundle?.digest ?? ''} ${state.extension?.digest ?? ''}`;
    const loading = this.#engines.get(key) ?? engineOf(state);
    this.#engines.set(key, loading);
    const engine = await loading;
    if (engine === undefined) return undefined;
    if (engine.world !== state.world) engine.setWorld(state.world);
    return engine;
  }

  #stateBefore(offset: number): ControlState {
    const kept = this.#states.get(offset);
    if (kept !== undefined) return kept;
    let state = emptyControlState;
    for (const stored of this.#events) {
      if (stored.offset >= offset) break;
      state = evolveControl(state, decodeControlEvent(stored.event), stored.offset, stored.event.time);
    }
    this.#states.set(offset, state);
    return state;
  }
}
