import { decodeSessionEvent, Ending, hashEvent, SessionChain, StreamKind, type ChainHead } from '@inland/events';
import type { EventLog } from '@inland/event-log';
import { derivedEventId } from './derived-event-id.ts';
import type { OpenSession } from './recorded-sessions.ts';

const topic = 'inland.session.v1';

/** Closes, in the record, a session whose proxy was lost. Safe for two at once: both append one and the same id. */
export class LostSessionCloser {
  readonly #log: EventLog;
  readonly #source: string;

  constructor(log: EventLog, replica: string) {
    this.#log = log;
    this.#source = `/inland/recorder/${replica}`;
  }

  /** False when the log has its end already (the projection is behind). Rejects with `log_unavailable`. */
  async close(open: OpenSession): Promise<boolean> {
    // The head is what the log says, never what a projection remembers: an event may have been added since.
    let head: ChainHead | undefined;
    let targetBytes = 0;
    let maskedValues = 0;
    const range = { topic, partition: open.first.partition, from: open.first.offset, key: open.session } as const;
    for await (const { event } of this.#log.read(range)) {
      if (event.sequence === undefined) continue;
      head = { sequence: event.sequence, hash: hashEvent(event) };
      const { name, data } = decodeSessionEvent(event);
      if (name === 'SessionClosed') return false;
      if (name !== 'OutputRecorded') continue;
      if (data.stream !== StreamKind.INPUT) targetBytes += data.data.length;
      maskedValues += data.maskedValues;
    }
    if (head === undefined) return false;
    const chain = new SessionChain({ session: open.session, source: this.#source, head });
    const closed = chain.close({
      ending: Ending.ABORTED,
      reason: 'proxy_lost',
      targetBytes: BigInt(targetBytes),
      maskedValues: BigInt(maskedValues),
    });
    // Not the id's own time, which differs between replicas: that of the session, from its id.
    const startedMillis = Number.parseInt(open.session.replaceAll('-', '').slice(0, 12), 16) || 0;
    const id = derivedEventId(`proxy_lost ${open.session} ${Buffer.from(head.hash).toString('hex')}`, startedMillis);
    await this.#log.append(topic, [{ ...closed, id }]);
    return true;
  }
}
