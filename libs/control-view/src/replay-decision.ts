import { decodeControlEvent, type Decision } from '@inland/events';
import type { StoredEvent } from '@inland/event-log';
import { PolicyEngine, type DecisionInput, type DecisionResult } from '@inland/residency';
import { emptyControlState, evolveControl, wasmOf, type ControlState } from './control-state.ts';

/** Makes recorded decisions again, from the control log alone. Give decisions in any order; states are kept by offset. */
export class DecisionReplay {
  readonly #events: readonly StoredEvent[];
  readonly #engines = new Map<string, Promise<PolicyEngine>>();
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
    if (state.bundle === undefined) return undefined;
    const { bundle } = state;
    const loading = this.#engines.get(bundle.digest) ?? PolicyEngine.load(wasmOf(bundle));
    this.#engines.set(bundle.digest, loading);
    const engine = await loading;
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
