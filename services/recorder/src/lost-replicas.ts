import type { Coordination } from '@inland/coordination';
import type { Clock } from '@inland/kernel';

export interface LostReplicasOptions {
  readonly coordination: Coordination;
  readonly clock: Clock;
  /** A replica without a lease for longer is lost. Above the lease's own 10 s, so that it has fenced itself before. */
  readonly graceMillis: number;
  /** Instead, for replicas that had no lease when this recorder first looked (everything was started anew). */
  readonly startGraceMillis: number;
}

/** Remembers since when each proxy replica has had no lease. */
export class LostReplicas {
  readonly #options: LostReplicasOptions;
  readonly #missing = new Map<string, { readonly since: number; readonly graceMillis: number }>();
  #firstLook = true;

  constructor(options: LostReplicasOptions) {
    this.#options = options;
  }

  /** Which of these replicas are lost by now. Rejects when coordination cannot be asked: then nobody is lost. */
  async among(replicas: readonly string[]): Promise<ReadonlySet<string>> {
    const { coordination, clock, graceMillis, startGraceMillis } = this.#options;
    const lost = new Set<string>();
    for (const replica of new Set(replicas)) {
      if ((await coordination.leaseHolder(`replica:${replica}`)) !== undefined) {
        this.#missing.delete(replica);
        continue;
      }
      const now = clock.now();
      const missing = this.#missing.get(replica) ?? {
        since: now,
        graceMillis: this.#firstLook ? startGraceMillis : graceMillis,
      };
      this.#missing.set(replica, missing);
      if (now - missing.since >= missing.graceMillis) lost.add(replica);
    }
    for (const replica of this.#missing.keys()) if (!replicas.includes(replica)) this.#missing.delete(replica);
    this.#firstLook = false;
    return lost;
  }
}
