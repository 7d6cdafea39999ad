import { createHash, type Hash } from 'node:crypto';
import { StreamKind, type EventRecord, type SessionChain } from '@inland/events';
import type { CommandRecord } from './gateway.ts';

/** The largest piece of a stream in one event. */
export const chunkBytesMax = 64 * 1024;

/** What a command needs of its session. */
export interface CommandSink {
  readonly chain: SessionChain;
  readonly strict: boolean;
  /** Takes events in order; resolves when durable. */
  append(events: readonly EventRecord[]): Promise<void>;
  /** The same for events that nobody waits for: they may wait a few milliseconds for company. */
  appendSoon(events: readonly EventRecord[]): Promise<void>;
  /** Resolves when the lag is within its bounds. */
  room(): Promise<void>;
  /** Something passed: the session is not idle. */
  countOutput(bytes: number, maskedValues: number): void;
}

interface Summary {
  bytes: number;
  readonly sha256: Hash;
}

/** Records what comes of one allowed command. */
export class RecordedCommand implements CommandRecord {
  readonly number: number;
  readonly #sink: CommandSink;
  readonly #channel: number;
  readonly #summaries = new Map<StreamKind, Summary>();
  #completed = false;

  constructor(sink: CommandSink, number: number, channel: number) {
    this.#sink = sink;
    this.number = number;
    this.#channel = channel;
  }

  async record(stream: StreamKind, data: Uint8Array, maskedValues = 0): Promise<void> {
    if (data.length === 0) return;
    const events: EventRecord[] = [];
    for (let at = 0; at < data.length; at += chunkBytesMax) {
      events.push(
        this.#sink.chain.next('OutputRecorded', {
          command: this.number,
          stream,
          data: data.subarray(at, at + chunkBytesMax),
          maskedValues: at === 0 ? maskedValues : 0,
          channel: this.#channel,
        }),
      );
    }
    this.#sink.countOutput(stream === StreamKind.INPUT ? 0 : data.length, maskedValues);
    if (this.#sink.strict) return this.#sink.append(events);
    const durable = this.#sink.appendSoon(events);
    durable.catch(() => undefined); // the session ends by the failure itself; room() rejects from then on
    return this.#sink.room();
  }

  summarise(stream: StreamKind, data: Uint8Array): void {
    let summary = this.#summaries.get(stream);
    if (summary === undefined) {
      summary = { bytes: 0, sha256: createHash('sha256') };
      this.#summaries.set(stream, summary);
    }
    summary.bytes += data.length;
    summary.sha256.update(data);
    this.#sink.countOutput(stream === StreamKind.INPUT ? 0 : data.length, 0);
  }

  completed(
    result: { readonly exitStatus?: number; readonly status?: string; readonly rows?: number },
    { soon = false }: { readonly soon?: boolean } = {},
  ): Promise<void> {
    if (this.#completed) return Promise.resolve();
    this.#completed = true;
    const { chain } = this.#sink;
    const events = [...this.#summaries].map(([stream, { bytes, sha256 }]) =>
      chain.next('StreamSummarised', {
        command: this.number,
        stream,
        bytes: BigInt(bytes),
        sha256: sha256.digest('hex'),
        channel: this.#channel,
      }),
    );
    events.push(
      chain.next('CommandCompleted', {
        command: this.number,
        ...(result.exitStatus === undefined ? {} : { exitStatus: result.exitStatus }),
        status: result.status ?? '',
        rows: BigInt(result.rows ?? 0),
      }),
    );
    const durable = soon ? this.#sink.appendSoon(events) : this.#sink.append(events);
    durable.catch(() => undefined);
    return durable;
  }
}
