/** Byte1 type · Int32 length · the parts. */
export function writeMessage(type: string, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const bodies = parts.map(bytesOf);
  const length = bodies.reduce((sum, { length }) => sum + length, 4);
  const head = Buffer.allocUnsafe(5);
  head.write(type, 0, 1, 'latin1');
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, ...bodies], length + 1);
}

/** A text becomes a String of the protocol (with its zero byte), a number an Int32. */
export function bytesOf(part: Buffer | string | number): Buffer {
  if (typeof part === 'string') return Buffer.from(`${part.replaceAll('\0', '')}\0`, 'utf8');
  if (typeof part !== 'number') return part;
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(part | 0);
  return bytes;
}
