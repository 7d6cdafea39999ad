import type { Writable } from 'node:stream';

/**
 * Streams of channels that are over. A channel of ssh2 never says that it is destroyed, and a write to one that is over
 * is never answered.
 */
const over = new WeakSet<Writable>();
const overEvent = Symbol('over');

/** Notes the end of a channel, and of the streams that end with it. */
export function watchEnd(channel: Writable, ...others: readonly Writable[]): void {
  channel.once('close', () => {
    for (const stream of [channel, ...others]) {
      over.add(stream);
      stream.emit(overEvent);
    }
  });
}

/** Nobody is there any more. */
export function isOver(stream: Writable): boolean {
  return over.has(stream) || stream.destroyed;
}

/** Writes, and resolves when more may be written, or nobody is there to read any more. */
export function writeTo(stream: Writable, data: Uint8Array): Promise<void> {
  if (isOver(stream) || stream.writableEnded) return Promise.resolve();
  if (stream.write(data)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', overEvent]) stream.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', overEvent]) stream.once(event, done);
  });
}

/** Resolves when all that was written has been given to the connection, or nobody is there to read it any more. */
export function flushed(stream: Writable): Promise<void> {
  if (isOver(stream) || stream.writableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['close', overEvent]) stream.off(event, done);
      resolve();
    };
    for (const event of ['close', overEvent]) stream.once(event, done);
    stream.write(Buffer.alloc(0), done);
  });
}
