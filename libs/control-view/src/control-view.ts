import { statedRequests, type AccessRequests } from '@inland/access-requests';
import { decodeControlEvent } from '@inland/events';
import type { EventLog, StoredEvent, Subscription } from '@inland/event-log';
import type { Directory } from '@inland/identity';
import { Fault, systemClock, withDeadline, type Clock } from '@inland/kernel';
import type { RuleChanges } from '@inland/rule-changes';
import {
  canonicalJson,
  PolicyEngine,
  sayReason,
  type DecisionInput,
  type DecisionResult,
  type World,
} from '@inland/residency';
import { emptyControlState, engineOf, evolveControl, type ControlState } from './control-state.ts';

export interface ControlViewOptions {
  readonly log: EventLog;
  /** After so long without knowing to be current, everything is refused as `policy_stale`. Default 30 s. */
  readonly staleAfterMillis?: number;
  /** How long opening may take. Default 60 s. */
  readonly openMillis?: number;
  readonly clock?: Clock;
  /** Told of an event that could not be folded, and of failures to read. */
  readonly onError?: (error: unknown) => void;
}

/** A decision with the place in the control log that it rests on. */
export interface ViewDecision extends DecisionResult {
  readonly controlOffset: number;
}

const pollMillis = 1_000;

/** What the control log says now, in this process. */
export class ControlView {
  readonly #options: ControlViewOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #waiters = new Set<() => void>();
  #state: ControlState = emptyControlState;
  #engine: PolicyEngine | undefined;
  #freshAt = 0;
  #polling = false;
  #subscription: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: ControlViewOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Resolves when everything is folded that was in the log at the time of the call. */
  static async open(options: ControlViewOptions): Promise<ControlView> {
    const view = new ControlView(options);
    const end = (await options.log.ends('inland.control.v1')).get(0) ?? 0;
    view.#subscription = await options.log.subscribe({
      topic: 'inland.control.v1',
      start: async () => view.#state.nextOffset,
      deliver: (batch) => view.#fold(batch),
      retryMaxMillis: 5_000,
      ...(options.onError === undefined ? {} : { onError: options.onError }),
    });
    try {
      const last = await lastOffset(options.log, end);
      if (last !== undefined) await view.waitFor(last, options.openMillis ?? 60_000);
    } catch (error) {
      await view.close();
      throw error;
    }
    view.#freshAt = view.#clock.now();
    view.#timer = setInterval(() => void view.poll(), pollMillis);
    view.#timer.unref();
    return view;
  }

  get world(): World {
    return this.#state.world;
  }

  get directory(): Directory {
    return this.#state.directory;
  }

  get requests(): AccessRequests {
    return this.#state.requests;
  }

  get changes(): RuleChanges {
    return this.#state.changes;
  }

  get nextOffset(): number {
    return this.#state.nextOffset;
  }

  get extensionDigest(): string | undefined {
    return this.#state.extension?.digest;
  }

  get bundleDigest(): string | undefined {
    return this.#state.bundle?.digest;
  }

  /** Whether decisions can be made, and how long ago this view knew to be current. */
  freshness(): { readonly fresh: boolean; readonly ageMillis: number } {
    const ageMillis = this.#clock.now() - this.#freshAt;
    return { fresh: ageMillis <= (this.#options.staleAfterMillis ?? 30_000), ageMillis };
  }

  /**
   * Decides on the newest rules, and on what this person asked for and others approved; what it cannot decide is denied.
   * Total. `session`: what was approved for one session holds for that one.
   */
  decide(asked: DecisionInput, session?: string): ViewDecision {
    const controlOffset = this.#state.nextOffset;
    const input = this.#withRequests(asked, session);
    if (this.#engine === undefined) return { ...withoutEngine(input, this.world), controlOffset };
    const decided = this.freshness().fresh ? this.#engine.decide(input) : this.#engine.refuse('policy_stale', input);
    return { ...decided, controlOffset };
  }

  #withRequests(input: DecisionInput, session: string | undefined): DecisionInput {
    const approvals = statedRequests(this.#state.requests, {
      subject: input.principal.subject,
      target: input.target.name,
      ...(session === undefined ? {} : { session }),
    });
    return approvals === undefined ? input : { ...input, approvals };
  }

  /** Asks the engine that decides; `otherwise` where there is none. It is not to be changed, nor kept. */
  withEngine<T>(ask: (engine: PolicyEngine) => T, otherwise: T): T {
    return this.#engine === undefined ? otherwise : ask(this.#engine);
  }

  /** Called after each change. Returns how to stop being called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the event at this offset is folded; rejects with `timeout`. */
  async waitFor(offset: number, millis = 10_000): Promise<void> {
    if (this.#state.nextOffset > offset) return;
    let waiter: (() => void) | undefined;
    const reached = new Promise<void>((resolve) => {
      waiter = () => {
        if (this.#state.nextOffset > offset) resolve();
      };
      this.#waiters.add(waiter);
    });
    try {
      await withDeadline(reached, millis, 'folding the control log');
    } finally {
      if (waiter !== undefined) this.#waiters.delete(waiter);
    }
  }

  /** Asks the log for its end; when everything up to it is folded, the view is current as of the time of asking. */
  async poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    const askedAt = this.#clock.now();
    try {
      const end = (await this.#options.log.ends('inland.control.v1')).get(0) ?? 0;
      const last =
        this.#state.nextOffset >= end ? undefined : await lastOffset(this.#options.log, end, this.#state.nextOffset);
      if (last === undefined || this.#state.nextOffset > last) this.#freshAt = askedAt;
    } catch (error) {
      this.#options.onError?.(error);
    } finally {
      this.#polling = false;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#subscription?.close();
  }

  /** A bundle that cannot be loaded leaves no engine: nothing is allowed until another one is activated. */
  async #load(state: ControlState): Promise<PolicyEngine | undefined> {
    try {
      return await engineOf(state);
    } catch (error) {
      const digests = [state.bundle?.digest, state.extension?.digest].filter((digest) => digest !== undefined);
      this.#options.onError?.(
        new Fault('corrupt', `policy bundle ${digests.join(' with ')} cannot be loaded`, { cause: error }),
      );
      return undefined;
    }
  }

  /** An engine that cannot take the world must not go on with an older one. */
  #onWorld(engine: PolicyEngine, world: World): PolicyEngine | undefined {
    try {
      if (engine.world !== world) engine.setWorld(world);
      return engine;
    } catch (error) {
      this.#options.onError?.(new Fault('corrupt', 'the rules cannot be given to the policy engine', { cause: error }));
      return undefined;
    }
  }

  async #fold(batch: readonly StoredEvent[]): Promise<void> {
    const before = this.#state;
    let state = before;
    for (const { event, offset } of batch) {
      if (offset < state.nextOffset) continue;
      try {
        state = evolveControl(state, decodeControlEvent(event), offset, event.time);
      } catch (error) {
        this.#options.onError?.(
          new Fault('corrupt', `control event ${event.id} at ${offset} cannot be folded`, { cause: error }),
        );
        state = { ...state, nextOffset: offset + 1 };
      }
    }
    const same = state.bundle?.digest === before.bundle?.digest && state.extension?.digest === before.extension?.digest;
    const engine = same ? this.#engine : await this.#load(state);
    this.#state = state;
    this.#engine = engine === undefined ? undefined : this.#onWorld(engine, state.world);
    for (const waiter of this.#waiters) waiter();
    for (const listener of this.#listeners) listener();
  }
}

/** The offset of the last event before `end`: offsets may have gaps, so the end alone does not tell. */
async function lastOffset(log: EventLog, end: number, from = 0): Promise<number | undefined> {
  if (end === 0) return undefined;
  let last: number | undefined;
  const near = Math.max(from, end - 1);
  for await (const { offset } of log.read({ topic: 'inland.control.v1', partition: 0, from: near, to: end }))
    last = offset;
  if (last !== undefined || near === from) return last;
  for await (const { offset } of log.read({ topic: 'inland.control.v1', partition: 0, from, to: end })) last = offset;
  return last;
}

function withoutEngine(input: DecisionInput, world: World): DecisionResult {
  return {
    outcome: 'denied',
    reasons: [sayReason({ code: 'policy_missing', rule: '', kind: '' }, input, world)],
    obligations: { mask: [], recordStrict: false, maxSessionSeconds: 0, maxIdleSeconds: 0 },
    bundleDigest: '',
    dataDigest: '',
    inputJson: canonicalJson(input),
  };
}
