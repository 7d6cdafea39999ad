import {
  decodeSessionEvent,
  Ending,
  Outcome,
  Protocol,
  StreamKind,
  type Decision,
  type EventRecord,
  type SessionEvent,
} from '@inland/events';
import type { Frame, FrameReason } from './frame.ts';
import { PostgresResults } from './postgres-results.ts';

const protocols = { [Protocol.UNSPECIFIED]: '', [Protocol.SSH]: 'ssh', [Protocol.POSTGRES]: 'postgres' } as const;
const endings = {
  [Ending.UNSPECIFIED]: '',
  [Ending.COMPLETED]: 'completed',
  [Ending.REFUSED]: 'refused',
  [Ending.FAILED]: 'failed',
  [Ending.ABORTED]: 'aborted',
} as const;
const streams = {
  [StreamKind.UNSPECIFIED]: '',
  [StreamKind.OUTPUT]: 'output',
  [StreamKind.ERROR]: 'error',
  [StreamKind.INPUT]: 'input',
  [StreamKind.POSTGRES]: 'postgres',
} as const;

/**
 * The timeline of one session, from its events in log order. Events outside the chain (that the recording was sealed, who
 * looked at it) are no part of what happened, so log and recording give the same frames. Faults with `corrupt` when an
 * event cannot be decoded.
 */
export async function* play(events: AsyncIterable<EventRecord> | Iterable<EventRecord>): AsyncGenerator<Frame> {
  const player = new Player();
  for await (const event of events) yield* player.frames(event);
}

class Player {
  #start: number | undefined;
  readonly #results = new Map<number, PostgresResults>();

  *frames(record: EventRecord): Generator<Frame> {
    if (record.sequence === undefined) return;
    const millis = Date.parse(record.time);
    this.#start ??= millis;
    yield* this.#framesOf(decodeSessionEvent(record), Math.max(0, millis - this.#start), record);
  }

  *#framesOf(event: SessionEvent, atMillis: number, record: EventRecord): Generator<Frame> {
    switch (event.name) {
      case 'ConnectionAttempted': {
        const { protocol, subject, login, target } = event.data;
        const names = { session: record.key, time: record.time, protocol: protocols[protocol] ?? '' } as const;
        yield { kind: 'attempted', atMillis, ...names, subject, login, target };
        return;
      }
      case 'AccessDecided':
        yield { kind: 'access', atMillis, ...verdict(event.data.decision) };
        return;
      case 'AccessRevoked':
        yield { kind: 'access', atMillis, ...verdict(event.data.decision) };
        return;
      case 'SessionOpened':
        yield {
          kind: 'opened',
          atMillis,
          targetRegion: event.data.targetRegion,
          targetAddress: event.data.targetAddress,
        };
        return;
      case 'CommandSubmitted': {
        const { command, operation, text, observed, channel, columns, rows } = event.data;
        yield { kind: 'command', atMillis, command, operation, text, observed, channel, columns, rows };
        return;
      }
      case 'CommandDecided': {
        const { outcome, reasons } = verdict(event.data.decision);
        yield { kind: outcome, atMillis, command: event.data.command, reasons };
        return;
      }
      case 'OutputRecorded':
        yield* this.#output(event.data, atMillis);
        return;
      case 'StreamSummarised': {
        const { command, stream, bytes, sha256 } = event.data;
        yield { kind: 'summary', atMillis, command, stream: streams[stream] ?? '', bytes: Number(bytes), sha256 };
        return;
      }
      case 'TerminalResized': {
        const { columns, rows, channel } = event.data;
        yield { kind: 'resize', atMillis, columns, rows, channel };
        return;
      }
      case 'CommandCompleted': {
        const { command, exitStatus, status, rows } = event.data;
        this.#results.delete(command);
        yield { kind: 'completed', atMillis, command, exitStatus: exitStatus ?? null, status, rows: Number(rows) };
        return;
      }
      case 'SessionClosed': {
        const { ending, reason, maskedValues } = event.data;
        yield { kind: 'closed', atMillis, ending: endings[ending] ?? '', reason, maskedValues: Number(maskedValues) };
        return;
      }
      case 'RecordingSealed':
      case 'RecordingViewed':
        return;
    }
  }

  *#output(
    output: Extract<SessionEvent, { readonly name: 'OutputRecorded' }>['data'],
    atMillis: number,
  ): Generator<Frame> {
    const { command, channel, maskedValues, data, stream } = output;
    const at = { atMillis, command } as const;
    if (stream !== StreamKind.POSTGRES) {
      const kind = stream === StreamKind.ERROR ? 'error' : stream === StreamKind.INPUT ? 'input' : 'output';
      yield { kind, ...at, channel, data: Buffer.from(data).toString('base64'), maskedValues };
      return;
    }
    const results = this.#results.get(command) ?? new PostgresResults();
    this.#results.set(command, results);
    let masked = maskedValues;
    for (const { copied, ...piece } of results.push(data)) {
      if (copied.length > 0)
        yield { kind: 'output', ...at, channel, data: Buffer.concat(copied).toString('base64'), maskedValues: 0 };
      yield { kind: 'postgres', ...at, ...piece, maskedValues: masked };
      masked = 0;
    }
  }
}

function verdict(decision: Decision | undefined): {
  readonly outcome: 'allowed' | 'denied';
  readonly reasons: readonly FrameReason[];
} {
  const reasons = (decision?.reasons ?? []).map(({ code, rule, message }) => ({ code, rule, message }));
  return { outcome: decision?.outcome === Outcome.ALLOWED ? 'allowed' : 'denied', reasons };
}
