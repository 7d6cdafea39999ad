import { chainHeadOf, ChainCheck, unchainedSessionRecord, type EventRecord } from '@inland/events';
import type { EventLog } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { writeRecording } from '@inland/recording';
import type { RecordingStore } from '@inland/recording-store';
import { derivedEventId } from './derived-event-id.ts';
import type { ClosedSession } from './recorded-sessions.ts';

const topic = 'inland.session.v1';

export interface Sealed {
  readonly session: string;
  readonly digest: string;
  /** Whether the session's chain holds; it is kept as it is either way. */
  readonly intact: boolean;
}

/** Keeps a closed session as a recording and says so in the log. Doing it again gives the same digest and one event. */
export class SessionSealer {
  readonly #log: EventLog;
  readonly #recordings: RecordingStore;

  constructor(log: EventLog, recordings: RecordingStore) {
    this.#log = log;
    this.#recordings = recordings;
  }

  /** Rejects with `unavailable` or `log_unavailable`; then it may be called again. */
  async seal(closed: ClosedSession): Promise<Sealed> {
    const check = new ChainCheck(chainHeadOf);
    let last: EventRecord | undefined;
    let count = 0;
    const log = this.#log;
    async function* chained(): AsyncGenerator<EventRecord> {
      const range = {
        topic,
        partition: closed.first.partition,
        from: closed.first.offset,
        to: closed.lastOffset + 1,
      } as const;
      for await (const { event } of log.read({ ...range, key: closed.session })) {
        // What stands outside the chain (that it was sealed, who looked at it) comes and goes: not part of the session.
        if (event.sequence === undefined) continue;
        check.add(event);
        last = event;
        count += 1;
        yield event;
      }
    }
    const { digest, bytes } = await this.#recordings.put(writeRecording(closed.session, chained()));
    if (last === undefined) throw new Fault('corrupt', `the log has no events of session ${closed.session}`);
    const closedMillis = Date.parse(last.time);
    const sealed = unchainedSessionRecord(
      'RecordingSealed',
      { digest, storeRegion: this.#recordings.region, bytes: BigInt(bytes), events: count },
      { source: '/inland/recorder', session: closed.session },
    );
    const id = derivedEventId(`RecordingSealed ${closed.session} ${digest}`, closedMillis);
    await this.#log.append(topic, [{ ...sealed, id }]);
    const report = check.report();
    return { session: closed.session, digest, intact: report.closed && report.breaks.length === 0 };
  }
}
