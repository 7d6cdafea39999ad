import type { Clock } from '@inland/kernel';
import { systemClock } from '@inland/kernel';
import type { Coordination } from '@inland/coordination';

export const leaseMillis = 10_000;
const renewMillis = 3_000;

export interface ReplicaLeaseOptions {
  readonly coordination: Coordination;
  readonly replica: string;
  /** The lease has lapsed, or may have: others may already close this replica's sessions. */
  readonly onLost: () => void;
  readonly onRegained: () => void;
  readonly clock?: Clock;
}

/**
 * Says that this replica lives, under `replica:<id>`. When it cannot say so for {@link leaseMillis}, the replica fences
 * itself: it stops before anyone else may take it for dead and closes its sessions' records.
 */
export class ReplicaLease {
  readonly #options: ReplicaLeaseOptions;
  readonly #clock: Clock;
  #renewedAt: number;
  #held = true;
  #timer: NodeJS.Timeout | undefined;
  #renewing = false;

  private constructor(options: ReplicaLeaseOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#renewedAt = this.#clock.now();
  }

  static async hold(options: ReplicaLeaseOptions): Promise<ReplicaLease> {
    const lease = new ReplicaLease(options);
    await options.coordination.renewLease(key(options.replica), options.replica, leaseMillis);
    lease.#timer = setInterval(() => void lease.tick(), renewMillis / 3);
    lease.#timer.unref();
    return lease;
  }

  get held(): boolean {
    return this.#held;
  }

  /** One beat: renews when it is time, and notices when the lease has lapsed. */
  async tick(): Promise<void> {
    if (this.#held && this.#clock.now() - this.#renewedAt > leaseMillis - renewMillis / 3) {
      this.#held = false;
      this.#options.onLost();
    }
    if (this.#renewing || (this.#held && this.#clock.now() - this.#renewedAt < renewMillis)) return;
    this.#renewing = true;
    const startedAt = this.#clock.now();
    try {
      const { coordination, replica } = this.#options;
      if (!(await coordination.renewLease(key(replica), replica, leaseMillis))) return;
      this.#renewedAt = startedAt;
      if (!this.#held) {
        this.#held = true;
        this.#options.onRegained();
      }
    } catch {
      // tried again at the next beat; the lapse itself is what counts
    } finally {
      this.#renewing = false;
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.coordination
      .releaseLease(key(this.#options.replica), this.#options.replica)
      .catch(() => undefined);
  }
}

function key(replica: string): string {
  return `replica:${replica}`;
}
