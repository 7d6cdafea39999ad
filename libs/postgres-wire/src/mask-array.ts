import type { ValueMask } from './mask-value.ts';

/**
 * Masks the elements of a binary array: Int32 dimensions · Int32 nulls · Int32 type · (Int32 size · Int32 lower) ×
 * dimensions · (Int32 length, -1 for null · bytes)*. Undefined when it is not one.
 */
export function maskArray(value: Buffer, mask: ValueMask): ReturnType<ValueMask['mask']> | undefined {
  if (value.length < 12) return undefined;
  const dimensions = value.readInt32BE(0);
  if (dimensions < 0 || dimensions > 6) return undefined;
  let at = 12 + dimensions * 8;
  if (at > value.length) return undefined;
  const parts: Uint8Array[] = [value.subarray(0, at)];
  let masked = 0;
  while (at < value.length) {
    if (at + 4 > value.length) return undefined;
    const length = Math.max(value.readInt32BE(at), -1);
    const end = at + 4 + Math.max(length, 0);
    if (end > value.length) return undefined;
    const found = length < 0 ? undefined : mask.mask(value.subarray(at + 4, end));
    if (found !== undefined && found.masked > 0) {
      const size = Buffer.allocUnsafe(4);
      size.writeInt32BE(found.data.length);
      parts.push(size, found.data);
      masked += found.masked;
    } else parts.push(value.subarray(at, end));
    at = end;
  }
  return masked === 0 ? { data: value, masked: 0 } : { data: Buffer.concat(parts), masked };
}
