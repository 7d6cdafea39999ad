import { Fault } from '@inland/kernel';
import type { LostReplicas } from './lost-replicas.ts';
import type { LostSessionCloser } from './lost-session-closer.ts';
import type { RecordedSessions } from './recorded-sessions.ts';
import type { SessionSealer } from './session-sealer.ts';

export interface RecorderObserver {
  sealed(session: string, intact: boolean): void;
  closedLost(session: string): void;
  failed(what: 'seal' | 'sweep', fault: Fault): void;
}

export interface RecorderParts {
  readonly sessions: RecordedSessions;
  readonly sealer: SessionSealer;
  readonly closer: LostSessionCloser;
  readonly lost: LostReplicas;
  readonly observer: RecorderObserver;
}

const batchMax = 100;
const openMax = 10_000;

/** Seals what is closed, and closes what was lost, round after round. What fails is tried again in the next round. */
export class Recorder {
  readonly #parts: RecorderParts;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** One round of sealing. A session that cannot be sealed does not keep the others from it. */
  async sealClosed(): Promise<void> {
    const { sessions, sealer, observer } = this.#parts;
    for (const closed of await sessions.unsealed(batchMax)) {
      try {
        const { session, intact } = await sealer.seal(closed);
        observer.sealed(session, intact);
      } catch (error) {
        observer.failed('seal', Fault.from(error));
      }
    }
  }

  /** One round of closing the sessions of replicas that are gone. */
  async closeLost(): Promise<void> {
    const { sessions, closer, lost, observer } = this.#parts;
    const open = await sessions.open(openMax);
    const gone = await lost.among(open.map(({ replica }) => replica));
    for (const session of open.filter(({ replica }) => gone.has(replica))) {
      try {
        if (await closer.close(session)) observer.closedLost(session.session);
      } catch (error) {
        observer.failed('sweep', Fault.from(error));
      }
    }
  }

  /** Runs both rounds until the signal aborts; resolves when the rounds under way have ended. */
  async run(signal: AbortSignal, every: { readonly sealMillis: number; readonly sweepMillis: number }): Promise<void> {
    await Promise.all([
      this.#repeat('seal', signal, every.sealMillis, () => this.sealClosed()),
      this.#repeat('sweep', signal, every.sweepMillis, () => this.closeLost()),
    ]);
  }

  async #repeat(
    what: 'seal' | 'sweep',
    signal: AbortSignal,
    millis: number,
    round: () => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      await round().catch((error: unknown) => this.#parts.observer.failed(what, Fault.from(error)));
      await pause(millis, signal);
    }
  }
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    signal.addEventListener('abort', done, { once: true });
  });
}
