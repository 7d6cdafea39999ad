import { createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of a signed message (Standard Webhooks 1.0: headers webhook-id, webhook-timestamp, webhook-signature). */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since the Unix epoch, as text. */
  readonly timestamp: string;
  readonly body: Uint8Array | string;
}

/** A message may be so old, or so far ahead. Seconds. */
export const toleranceSeconds = 5 * 60;

/** `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64. */
export function webhookSignature(secret: string, { id, timestamp, body }: SignedMessage): string {
  const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return `v1,${digest}`;
}

/** Whether one of the signatures (separated by spaces) is that of the message, and the message is of now. */
export function isWebhookSigned(
  secret: string,
  message: SignedMessage,
  signatures: string,
  nowMillis: number,
): boolean {
  const age = nowMillis / 1000 - Number(message.timestamp);
  if (!/^\d{1,12}$/.test(message.timestamp) || Math.abs(age) > toleranceSeconds) return false;
  const expected = Buffer.from(webhookSignature(secret, message));
  return signatures
    .split(' ')
    .slice(0, 10)
    .some((one) => {
      const given = Buffer.from(one);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}

/** `whsec_` and base64, as the specification has it, or any text. */
function keyOf(secret: string): Buffer {
  const text = secret.trim();
  return text.startsWith('whsec_') ? Buffer.from(text.slice(6), 'base64') : Buffer.from(text);
}
