import type { MaskedMessage } from './mask-data-row.ts';
import type { ValueMask } from './mask-value.ts';

/**
 * Masks messages that lie one behind the other (see `BackendDecoder.pushRuns`): only those are looked at in which a
 * value might be. `maskMessage` masks one of them.
 */
export function maskRun(raw: Buffer, mask: ValueMask, maskMessage: (message: Buffer) => MaskedMessage): MaskedMessage {
  const candidate = mask.candidates(raw);
  const parts: Buffer[] = [];
  let masked = 0;
  let copied = 0;
  let next = candidate(0);
  for (let at = 0; next < raw.length;) {
    const end = at + 1 + raw.readUInt32BE(at + 1);
    if (next < end) {
      const found = maskMessage(raw.subarray(at, end));
      if (found.masked > 0) {
        parts.push(raw.subarray(copied, at), found.raw);
        copied = end;
        masked += found.masked;
      }
      next = candidate(end);
    }
    at = end;
  }
  if (masked === 0) return { raw, masked };
  parts.push(raw.subarray(copied));
  return { raw: Buffer.concat(parts), masked };
}
