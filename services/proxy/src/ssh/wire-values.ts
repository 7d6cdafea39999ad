/** Values of the payload of a request (RFC 4251 §5): a string, a byte, or a number of four bytes. */
export type WireValue = string | Uint8Array | boolean | number;

export function wireValues(...values: readonly WireValue[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0]);
      if (typeof value === 'number') return uint32(value);
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      return Buffer.concat([uint32(bytes.length), bytes]);
    }),
  );
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
