import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Coordination } from '@inland/coordination';

const channel = 'postgres-cancel';

export interface CancelKey {
  readonly processId: number;
  readonly secret: Buffer;
  release(): void;
}

interface Registered {
  readonly digest: Buffer;
  readonly cancel: () => void;
}

/**
 * The keys that clients cancel by: ours, never the target's. Asked for one that another replica gave out, it tells
 * them all, in a form that does not give the key away.
 */
export class CancelRegistry {
  readonly #coordination: Coordination | undefined;
  readonly #registered = new Map<number, Registered>();
  #unsubscribe: (() => Promise<void>) | undefined;

  constructor(coordination?: Coordination) {
    this.#coordination = coordination;
  }

  async open(): Promise<void> {
    this.#unsubscribe = await this.#coordination?.subscribe(channel, (message) => {
      const [processId = '', digest = ''] = message.split(':');
      this.#cancel(Number(processId), Buffer.from(digest, 'hex'));
    });
  }

  async close(): Promise<void> {
    await this.#unsubscribe?.();
  }

  /** `keyBytes`: 4 for clients of protocol 3.0, more for those of 3.2. */
  register(cancel: () => void, keyBytes = 4): CancelKey {
    let processId = 0;
    while (processId === 0 || this.#registered.has(processId)) processId = randomBytes(4).readUInt32BE() & 0x7fffffff;
    const secret = randomBytes(keyBytes);
    this.#registered.set(processId, { digest: digestOf(processId, secret), cancel });
    return { processId, secret, release: () => void this.#registered.delete(processId) };
  }

  /** Cancels what goes by this key, wherever it is. Says nothing of whether there is such a key, as PostgreSQL does. */
  async request(processId: number, secret: Buffer): Promise<void> {
    const digest = digestOf(processId, secret);
    if (this.#cancel(processId, digest)) return;
    await this.#coordination?.publish(channel, `${processId}:${digest.toString('hex')}`);
  }

  #cancel(processId: number, digest: Buffer): boolean {
    const found = this.#registered.get(processId);
    if (found === undefined || found.digest.length !== digest.length) return false;
    if (!timingSafeEqual(found.digest, digest)) return false;
    found.cancel();
    return true;
  }
}

const digestOf = (processId: number, secret: Buffer): Buffer =>
  createHash('sha256').update(`postgres-cancel:${processId}:`).update(secret).digest();
