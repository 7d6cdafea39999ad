import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { Fault, newEventId } from '@inland/kernel';
import {
  allEvents,
  schemaNamed,
  sessionEvents,
  controlEvents,
  type ControlEvent,
  type ControlEventName,
  type SessionEvent,
  type SessionEventName,
} from './catalog.ts';
import { hashEvent, type ChainHead } from './chain.ts';
import type { EventRecord } from './event-record.ts';

const byType = new Map<string, DescMessage>(allEvents.map((schema) => [schema.typeName, schema]));

type ControlInit<Name extends ControlEventName> = MessageInitShape<(typeof controlEvents)[Name]>;
type SessionInit<Name extends SessionEventName> = MessageInitShape<(typeof sessionEvents)[Name]>;

export interface EnvelopeContext {
  readonly source: string;
  readonly subject: string;
  readonly key: string;
  /** Milliseconds since the Unix epoch; now, when absent. */
  readonly timeMillis?: number;
}

function record(schema: DescMessage, init: object, context: EnvelopeContext): EventRecord {
  return {
    id: newEventId(),
    type: schema.typeName,
    source: context.source,
    subject: context.subject,
    time: new Date(context.timeMillis ?? Date.now()).toISOString(),
    key: context.key,
    data: toBinary(schema, create(schema, init as never)),
  };
}

/** Wraps a control event. Key and subject are what it is about, such as `Target/orders-eu`. */
export function controlRecord<Name extends ControlEventName>(
  name: Name,
  data: ControlInit<Name>,
  context: { readonly source: string; readonly subject: string; readonly timeMillis?: number },
): EventRecord {
  return record(schemaNamed(name), data as object, { ...context, key: context.subject });
}

/** Wraps a session event that stands outside the chain (RecordingSealed, RecordingViewed). */
export function unchainedSessionRecord<Name extends SessionEventName>(
  name: Name,
  data: SessionInit<Name>,
  context: { readonly source: string; readonly session: string; readonly timeMillis?: number },
): EventRecord {
  return record(schemaNamed(name), data as object, { ...context, subject: context.session, key: context.session });
}

/** Writes one session's events, each carrying the hash of the one before it. Append what it returns in that order. */
export class SessionChain {
  readonly session: string;
  readonly #source: string;
  #head: ChainHead | undefined;

  /** `head`: where another writer left off (to close a session whose proxy was lost). */
  constructor(options: { readonly session: string; readonly source: string; readonly head?: ChainHead | undefined }) {
    this.session = options.session;
    this.#source = options.source;
    this.#head = options.head;
  }

  get head(): ChainHead | undefined {
    return this.#head;
  }

  next<Name extends Exclude<SessionEventName, 'SessionClosed'>>(
    name: Name,
    data: SessionInit<Name>,
    timeMillis?: number,
  ): EventRecord {
    return this.#link(schemaNamed(name), data as object, timeMillis);
  }

  /** The last event: fills `chainHead` and `events` itself. */
  close(
    data: Omit<SessionInit<'SessionClosed'>, 'chainHead' | 'events' | '$typeName'>,
    timeMillis?: number,
  ): EventRecord {
    const filled = {
      ...data,
      chainHead: this.#head?.hash ?? new Uint8Array(0),
      events: (this.#head?.sequence ?? 0) + 1,
    };
    return this.#link(sessionEvents.SessionClosed, filled, timeMillis);
  }

  #link(schema: DescMessage, data: object, timeMillis?: number): EventRecord {
    const previous = this.#head;
    const event: EventRecord = {
      ...record(schema, data, {
        source: this.#source,
        subject: this.session,
        key: this.session,
        ...(timeMillis === undefined ? {} : { timeMillis }),
      }),
      sequence: (previous?.sequence ?? 0) + 1,
      ...(previous === undefined ? {} : { previousHash: previous.hash }),
    };
    this.#head = { sequence: event.sequence ?? 0, hash: hashEvent(event) };
    return event;
  }
}

/** Decodes an event's message. Faults with `corrupt` when its type is unknown or its bytes are not of it. */
export function decodeEvent(event: EventRecord): ControlEvent | SessionEvent {
  const schema = byType.get(event.type);
  if (schema === undefined) throw new Fault('corrupt', `event ${event.id} has the unknown type ${event.type}`);
  try {
    return { name: schema.name, data: fromBinary(schema, event.data) } as unknown as ControlEvent | SessionEvent;
  } catch (error) {
    throw new Fault('corrupt', `event ${event.id} is no ${event.type}`, { cause: error });
  }
}

/** As {@link decodeEvent}, for an event of the session topic. */
export function decodeSessionEvent(event: EventRecord): SessionEvent {
  return decodeEvent(event) as SessionEvent;
}

/** As {@link decodeEvent}, for an event of the control topic. */
export function decodeControlEvent(event: EventRecord): ControlEvent {
  return decodeEvent(event) as ControlEvent;
}

/** The `chain_head` of a SessionClosed, for {@link verifyChain}. */
export function chainHeadOf(closed: EventRecord): Uint8Array {
  return fromBinary(sessionEvents.SessionClosed, closed.data).chainHead;
}
