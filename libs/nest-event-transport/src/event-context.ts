import { BaseRpcContext } from '@nestjs/microservices';
import type { StoredEvent } from '@inland/event-log';

/** What a handler is given beside the event (`@Ctx()`): where it stands, and the transaction that it writes in. */
export class EventContext<Tx = unknown> extends BaseRpcContext<[StoredEvent, Tx]> {
  constructor(stored: StoredEvent, tx: Tx) {
    super([stored, tx]);
  }

  get stored(): StoredEvent {
    return this.getArgByIndex(0) as StoredEvent;
  }

  get tx(): Tx {
    return this.getArgByIndex(1) as Tx;
  }
}
