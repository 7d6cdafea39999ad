import type { Writable } from 'node:stream';

/** Writes the parts at once and resolves when the receiver has room again, or is gone. */
export async function writeAll(socket: Writable, parts: readonly Uint8Array[]): Promise<void> {
  if (parts.length === 0 || socket.destroyed || socket.writableEnded) return;
  socket.cork();
  let room = true;
  for (const part of parts) room = socket.write(part);
  socket.uncork();
  if (room || !socket.writableNeedDrain) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
    if (socket.destroyed) done();
  });
}

/** Says a last word and closes; who does not take it within `millisMax` is cut off. */
export function endWith(socket: Writable, last: Uint8Array | undefined, millisMax = 2_000): void {
  if (socket.destroyed) return;
  if (last === undefined) socket.end();
  else socket.end(last);
  const timer = setTimeout(() => socket.destroy(), millisMax);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}
