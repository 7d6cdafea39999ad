import { coordinationContract } from '@inland/coordination/contract';
import { MemoryCoordination } from '@inland/coordination-memory';

coordinationContract('MemoryCoordination', async () => {
  const clock = { at: 0, now: () => clock.at };
  const coordination = new MemoryCoordination(clock);
  return {
    coordination,
    other: coordination,
    lapse: async () => {
      clock.at += 24 * 3_600_000;
    },
    dispose: () => coordination.close(),
  };
});
