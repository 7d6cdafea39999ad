import { ControlView } from '@inland/control-view';
import type { Coordination } from '@inland/coordination';
import type { EventLog } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import type { ProjectionStore } from '@inland/projection-store';
import type { RecordingStore } from '@inland/recording-store';
import type { HostHealth } from './host-health.ts';
import { Once } from './once.ts';
import { openCoordination, openLog, openProjections, openRecordings, type StoreSurroundings } from './open-stores.ts';

/** The stores of one process: log and coordination at once, the others when a service asks for them. */
export class RunningStores {
  readonly log: EventLog;
  readonly coordination: Coordination;
  readonly view: Once<ControlView>;
  readonly projections: Once<ProjectionStore>;
  readonly recordings: Once<RecordingStore>;

  private constructor(surroundings: StoreSurroundings, health: HostHealth, log: EventLog, coordination: Coordination) {
    const { logger } = surroundings;
    this.log = log;
    this.coordination = coordination;
    health.add('log', () => log.health());
    health.add('coordination', () => coordination.health());
    this.view = new Once(async () => {
      const view = await ControlView.open({
        log,
        onError: (error) => logger.error({ code: Fault.from(error).code }, `control log: ${Fault.from(error).message}`),
      });
      health.add('control', async () =>
        view.freshness().fresh ? { ok: true } : { ok: false, reason: 'what is known of rules and people may be stale' },
      );
      return view;
    });
    this.projections = new Once(async () => {
      const projections = await openProjections(surroundings);
      health.add('projections', () => projections.health());
      return projections;
    });
    this.recordings = new Once(async () => {
      const recordings = await openRecordings(surroundings);
      health.add('recordings', () => recordings.health());
      return recordings;
    });
  }

  static async open(surroundings: StoreSurroundings, health: HostHealth): Promise<RunningStores> {
    const log = await openLog(surroundings);
    try {
      return new RunningStores(surroundings, health, log, await openCoordination(surroundings));
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** Closes all of them, the log last. */
  async close(): Promise<void> {
    for (const store of [this.view, this.projections, this.recordings]) await (await store.made())?.close();
    await this.coordination.close();
    await this.log.close();
  }
}
