import { describe, expect, it } from '@jest/globals';
import type { Coordination } from '@inland/coordination';
import { CancelRegistry } from './cancel-registry.ts';

/** As much of a coordination as tells every replica. */
function channel(): { readonly coordination: Coordination; readonly said: string[] } {
  const listeners: ((message: string) => void)[] = [];
  const said: string[] = [];
  const coordination: Pick<Coordination, 'publish' | 'subscribe'> = {
    publish: (_, message) => {
      said.push(message);
      for (const listener of listeners) listener(message);
      return Promise.resolve();
    },
    subscribe: (_, listener) => {
      listeners.push(listener);
      return Promise.resolve(() => Promise.resolve());
    },
  };
  return { coordination: coordination as Coordination, said };
}

describe('the cancel registry', () => {
  it('cancels by the whole key only, and while it is valid', async () => {
    const registry = new CancelRegistry();
    let cancelled = 0;
    const key = registry.register(() => (cancelled += 1));
    await registry.request(key.processId, Buffer.from([...key.secret].map((byte) => byte ^ 1)));
    await registry.request(key.processId + 1, key.secret);
    expect(cancelled).toBe(0);
    await registry.request(key.processId, key.secret);
    expect(cancelled).toBe(1);
    key.release();
    await registry.request(key.processId, key.secret);
    expect(cancelled).toBe(1);
  });

  it('cancels what another replica has, without giving the key away', async () => {
    const { coordination, said } = channel();
    const [one, two] = [new CancelRegistry(coordination), new CancelRegistry(coordination)];
    await one.open();
    await two.open();
    let cancelled = 0;
    const key = one.register(() => (cancelled += 1));
    await two.request(key.processId, key.secret);
    expect(cancelled).toBe(1);
    expect(said.join()).not.toContain(key.secret.toString('hex'));
    await one.request(key.processId, key.secret);
    expect(said).toHaveLength(1);
  });

  it('does not mind a message that is none', async () => {
    const { coordination } = channel();
    const registry = new CancelRegistry(coordination);
    await registry.open();
    registry.register(() => {
      throw new Error('cancelled');
    });
    await expect(coordination.publish('postgres-cancel', 'nonsense')).resolves.toBeUndefined();
  });
});
