import { typeOf, decodeControlEvent } from '@inland/events';
import type { EventLog, StoredEvent, Subscription } from '@inland/event-log';
import type { Coordination } from '@inland/coordination';
import { backoffMillis, delay } from '@inland/kernel';
import { RequestAccess } from './request-access.ts';
import { webhookSignature } from './webhook-signature.ts';

export interface Listener {
  readonly name: string;
  readonly url: string;
  /** The path of the secret that what is sent is signed with. */
  readonly secret: string;
}

export interface NotifyParts {
  readonly log: EventLog;
  readonly coordination: Coordination;
  readonly requests: RequestAccess;
  readonly secrets: (path: string) => Promise<string>;
  readonly listeners: readonly Listener[];
  readonly logger: { warn(fields: object, message: string): void };
  /** Resolves when what `requests` shows has the event at this offset. */
  readonly folded: (offset: number) => Promise<void>;
  /** From where on: what was before is told already. */
  readonly from: number;
}

const told: ReadonlyMap<string, string> = new Map([
  [typeOf('AccessRequested'), 'access.requested'],
  [typeOf('AccessApproved'), 'access.approved'],
  [typeOf('AccessRejected'), 'access.rejected'],
  [typeOf('ApprovalUsed'), 'access.used'],
]);

const tries = 5;
const answerMillisMax = 10_000;
/** So long one replica has the telling of an event. */
const tellingMillis = 10 * 60 * 1000;

/**
 * Tells other systems of requests for access and what becomes of them: a signed POST each (Standard Webhooks 1.0). One
 * replica tells; what cannot be told after some tries is logged and left.
 */
export async function notifyWebhooks(parts: NotifyParts): Promise<Subscription | undefined> {
  if (parts.listeners.length === 0) return undefined;
  return parts.log.subscribe({
    topic: 'inland.control.v1',
    start: async () => parts.from,
    retryMaxMillis: 5_000,
    deliver: async (batch) => {
      for (const stored of batch) {
        const type = told.get(stored.event.type);
        if (type !== undefined) await tellAll(parts, type, stored).catch(() => undefined);
      }
    },
  });
}

async function tellAll(parts: NotifyParts, type: string, { event, offset }: StoredEvent): Promise<void> {
  const { coordination, listeners, requests, logger, folded } = parts;
  await folded(offset);
  if (!(await coordination.renewLease(`told:${event.id}`, crypto.randomUUID(), tellingMillis))) return;
  const decoded = decodeControlEvent(event);
  if (!('request' in decoded.data)) return;
  const request = requests.told(decoded.data.request);
  const body = JSON.stringify({ type, timestamp: event.time, data: request });
  await Promise.all(
    listeners.map(async (listener) => {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        if (await tell(parts, listener, event.id, body)) return;
        await delay(backoffMillis(attempt, { initialMillis: 500, maxMillis: 10_000 }));
      }
      logger.warn({ listener: listener.name, event: event.id }, 'a webhook could not be delivered');
    }),
  );
}

async function tell(parts: NotifyParts, listener: Listener, id: string, body: string): Promise<boolean> {
  try {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = webhookSignature(await parts.secrets(listener.secret), { id, timestamp, body });
    const { ok } = await fetch(listener.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(answerMillisMax),
    });
    return ok;
  } catch {
    return false;
  }
}
