import type { Coordination } from '@inland/coordination';
import { Fault, type Clock } from '@inland/kernel';
import { z } from 'zod';
import { RequestAccess, type ShownRequest } from './request-access.ts';
import { isWebhookSigned, toleranceSeconds, type SignedMessage } from './webhook-signature.ts';

const messageSchema = z.strictObject({
  request: z.string().max(64),
  decision: z.enum(['approve', 'reject']),
  /** Who decides: a person that Inland knows. The system that signs answers for who that is. */
  approver: z.string().min(1).max(256),
  reason: z.string().max(500).default(''),
});

export interface ApprovalWebhooksParts {
  readonly requests: RequestAccess;
  readonly coordination: Coordination;
  readonly secrets: (path: string) => Promise<string>;
  /** The systems whose signatures are good. */
  readonly senders: readonly { readonly name: string; readonly secret: string }[];
  readonly clock: Clock;
}

/** Takes approvals from systems that sign what they send. */
export class ApprovalWebhooks {
  readonly #parts: ApprovalWebhooksParts;

  constructor(parts: ApprovalWebhooksParts) {
    this.#parts = parts;
  }

  /** Rejects with `unauthenticated` where no sender has signed it, or it was sent before; else as the request does. */
  async take(message: SignedMessage, signatures: string): Promise<ShownRequest> {
    const sender = await this.#senderOf(message, signatures);
    if (sender === undefined) throw new Fault('unauthenticated', 'the signature of this webhook is not good');
    const { coordination, requests } = this.#parts;
    // A message counts once: whoever repeats it holds no lease.
    const holder = crypto.randomUUID();
    const key = `webhook:${sender}:${message.id.slice(0, 200)}`;
    if (!(await coordination.renewLease(key, holder, 2 * toleranceSeconds * 1000)))
      throw new Fault('conflict', 'this webhook was taken already');
    const { request, decision, approver, reason } = read(message.body);
    const person = requests.personNamed(approver);
    const way = `webhook:${sender}`;
    return decision === 'approve'
      ? requests.approve(request, person, way)
      : requests.reject(request, person, { reason, way });
  }

  async #senderOf(message: SignedMessage, signatures: string): Promise<string | undefined> {
    if (message.id === '') return undefined;
    for (const { name, secret } of this.#parts.senders) {
      const text = await this.#parts.secrets(secret).catch(() => '');
      if (text !== '' && isWebhookSigned(text, message, signatures, this.#parts.clock.now())) return name;
    }
    return undefined;
  }
}

function read(body: Uint8Array | string): z.output<typeof messageSchema> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    throw new Fault('invalid_argument', 'the body of this webhook is no JSON', { cause: error });
  }
  const parsed = messageSchema.safeParse(value);
  if (!parsed.success)
    throw new Fault(
      'invalid_argument',
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    );
  return parsed.data;
}
