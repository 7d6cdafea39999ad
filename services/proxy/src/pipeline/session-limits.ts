import type { DecisionObligations } from '@inland/residency';
import type { GatewayReason } from './denials.ts';

/** Whom a limit tells what. */
export interface LimitEvents {
  /** Comes before the end, so that a person can act. */
  warn(text: string): void;
  end(code: Extract<GatewayReason, 'session_time_over' | 'session_idle_over'>): void;
}

/** So long before the end the person is warned; of a shorter limit, when a tenth of it is left. Seconds. */
const warningSeconds = 60;

/** How long a session may live, and how long it may be silent. One timer each, however much passes. */
export class SessionLimits {
  readonly #events: LimitEvents;
  readonly #idleMillis: number;
  readonly #warningMillis: number;
  #activeAt = Date.now();
  #warnedFor = 0;
  readonly #total: NodeJS.Timeout[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(limits: Pick<DecisionObligations, 'maxSessionSeconds' | 'maxIdleSeconds'>, events: LimitEvents) {
    this.#events = events;
    const total = limits.maxSessionSeconds;
    if (total > 0) {
      const before = warningBefore(total);
      this.#total = [
        setTimeout(
          () => {
            events.warn(`this session ends in ${inWords(before)}: the rule allows ${inWords(total)} for one.`);
          },
          millisUntil(total - before),
        ),
        setTimeout(() => events.end('session_time_over'), millisUntil(total)),
      ].map((timer) => timer.unref());
    }
    this.#idleMillis = limits.maxIdleSeconds * 1000;
    this.#warningMillis = warningBefore(limits.maxIdleSeconds) * 1000;
    if (this.#idleMillis > 0) this.#wait(this.#idleMillis - this.#warningMillis);
  }

  /** Something passed, either way. */
  active(): void {
    this.#activeAt = Date.now();
  }

  stop(): void {
    for (const timer of this.#total) clearTimeout(timer);
    clearTimeout(this.#idle);
  }

  #wait(millis: number): void {
    this.#idle = setTimeout(() => this.#look(), millis).unref();
  }

  #look(): void {
    const left = this.#activeAt + this.#idleMillis - Date.now();
    if (left <= 0) {
      this.#events.end('session_idle_over');
      return;
    }
    if (left > this.#warningMillis) {
      this.#wait(left - this.#warningMillis);
      return;
    }
    if (this.#warnedFor !== this.#activeAt) {
      this.#warnedFor = this.#activeAt;
      this.#events.warn(`this session ends in ${inWords(Math.ceil(left / 1000))} unless something is done in it.`);
    }
    this.#wait(left);
  }
}

function warningBefore(seconds: number): number {
  return Math.min(warningSeconds, Math.ceil(seconds / 10));
}

/** Timers hold at most 2^31 - 1 ms; a limit is a week at most, which fits. */
function millisUntil(seconds: number): number {
  return Math.max(0, seconds * 1000);
}

function inWords(seconds: number): string {
  if (seconds % 3600 === 0) return seconds === 3600 ? 'an hour' : `${String(seconds / 3600)} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? 'a minute' : `${String(seconds / 60)} minutes`;
  return seconds === 1 ? 'a second' : `${String(seconds)} seconds`;
}
