import type { Channel } from 'ssh2';
import { StreamKind } from '@inland/events';
import type { CommandRecord } from '../pipeline/gateway.ts';
import { flushed, watchEnd, writeTo } from './write-to.ts';

/**
 * Carries a forwarded connection until both its directions are over: bytes as they are, counted and hashed in the record.
 * Each direction ends by itself, as those of a TCP connection do.
 */
export async function carryForwarded(client: Channel, target: Channel, command: CommandRecord): Promise<void> {
  for (const channel of [client, target]) {
    channel.on('error', () => undefined);
    watchEnd(channel);
  }
  const down = pass(target, client, (chunk) => command.summarise(StreamKind.OUTPUT, chunk));
  const up = pass(client, target, (chunk) => command.summarise(StreamKind.INPUT, chunk));
  // Who is gone altogether takes nothing any more either: the other side learns of it when it has what came before.
  target.once('close', () => void down.then(() => client.close()));
  client.once('close', () => void up.then(() => target.close()));
  await Promise.all([up, down]);
  client.close();
  target.close();
}

async function pass(from: Channel, to: Channel, count: (chunk: Buffer) => void): Promise<void> {
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      count(chunk);
      await writeTo(to, chunk);
    }
    await flushed(to);
    to.eof();
  } catch {
    to.close(); // what is left of it cannot be read
  }
}
