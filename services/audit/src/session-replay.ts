import { decisionMessage } from '@inland/control-view';
import { ChainCheck, chainHeadOf, unchainedSessionRecord, type EventRecord } from '@inland/events';
import type { EventLog } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { play, readRecording, type Frame } from '@inland/recording';
import type { RecordingStore } from '@inland/recording-store';
import type { SessionPlace } from './session-queries.ts';
import { assertMayView, type ViewDecider, type Viewer } from './view-decider.ts';
import type { Verification } from './session-view.ts';

const topic = 'inland.session.v1';

export type ReplaySource = 'auto' | 'log' | 'recording';

export interface SessionReplayParts {
  readonly log: EventLog;
  readonly recordings: RecordingStore;
  /** The CloudEvents source of what is recorded of viewing. */
  readonly source: string;
  readonly decider: ViewDecider;
}

/** Plays and checks sessions, from the log or from their sealed recording. */
export class SessionReplay {
  readonly #parts: SessionReplayParts;

  constructor(parts: SessionReplayParts) {
    this.#parts = parts;
  }

  /**
   * The frames of a session. That somebody looks is durable before the first one is given; when it cannot be recorded,
   * nothing is shown (`log_unavailable`). Rejects with
   * `permission_denied` where the rules refuse it, which is recorded too. `auto` is the recording where there is one.
   */
  async play(
    session: string,
    place: SessionPlace,
    viewer: Viewer,
    wanted: ReplaySource,
  ): Promise<AsyncIterable<Frame>> {
    const source = wanted === 'auto' ? (place.recordingDigest === null ? 'log' : 'recording') : wanted;
    if (source === 'recording' && place.recordingDigest === null)
      throw new Fault('not_found', 'this session is not sealed yet: replay it from the log (from=log)');
    const { log, recordings } = this.#parts;
    const decided = this.#parts.decider.decide(viewer, place);
    const viewed = unchainedSessionRecord(
      'RecordingViewed',
      { viewer: viewer.subject, source, decision: decisionMessage(decided) },
      { source: this.#parts.source, session },
    );
    await log.append(topic, [viewed]);
    assertMayView(decided);
    return play(
      source === 'recording'
        ? readRecording(recordings.get(place.recordingDigest ?? ''))
        : this.#events(session, place),
    );
  }

  /** Faults with `permission_denied` where the rules refuse to show what was done in a session. */
  assertMaySee(viewer: Viewer, place: SessionPlace): void {
    assertMayView(this.#parts.decider.decide(viewer, place));
  }

  /** Checks the session's chain as the log has it. */
  async verify(session: string, place: SessionPlace): Promise<Verification> {
    const check = new ChainCheck(chainHeadOf);
    for await (const event of this.#events(session, place)) check.add(event);
    const { events, closed, breaks } = check.report();
    // A session that still runs is no broken one.
    const real = breaks.filter(({ problem }) => problem !== 'not_closed');
    return { session, source: 'log', events, closed, breaks: real.map(({ index, problem }) => ({ index, problem })) };
  }

  async *#events(session: string, { partition, firstOffset }: SessionPlace): AsyncGenerator<EventRecord> {
    for await (const { event } of this.#parts.log.read({ topic, partition, from: firstOffset, key: session }))
      yield event;
  }
}
