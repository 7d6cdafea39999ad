import type { EventId } from '@inland/kernel';

/** One event as it stands in the log: a CloudEvents 1.0 envelope whose data is a protobuf message of `proto/`. */
export interface EventRecord {
  readonly id: EventId;
  /** The message's full protobuf name, such as `inland.session.v1.CommandSubmitted`. */
  readonly type: string;
  /** Who wrote it: `/inland/proxy/<replica>`. A URI-reference (CloudEvents §3.1.2). */
  readonly source: string;
  /** What it is about: the session id, or `Kind/name` of a resource. */
  readonly subject: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** Events of one key are kept in order. For session events, the session id. */
  readonly key: string;
  /** Place in the session's chain, from 1. Absent on events outside a chain. */
  readonly sequence?: number;
  /** SHA-256 of the event before it in the chain (32 bytes); absent on the first and outside a chain. */
  readonly previousHash?: Uint8Array;
  /** The protobuf message. */
  readonly data: Uint8Array;
}
