import { Fault } from '@inland/kernel';
import type { ClientChannel, ServerChannel } from 'ssh2';
import type { GatewaySession } from '../../pipeline/gateway.ts';
import { writeTo } from '../write-to.ts';
import { SftpRelay } from './sftp-relay.ts';

export interface RelayFilesOptions {
  readonly client: ServerChannel;
  readonly target: ClientChannel;
  readonly session: GatewaySession;
  /** Counts from 1 within a connection. */
  readonly channel: number;
}

/** Relays SFTP until the target's channel ends. Rejects when the record cannot be kept. */
export async function relayFiles({ client, target, session, channel }: RelayFilesOptions): Promise<void> {
  const say = (text: string): void => void client.stderr.write(`${text}\n`);
  const relay = new SftpRelay({
    session,
    channel,
    toTarget: (bytes) => writeTo(target, bytes),
    toClient: (bytes) => writeTo(client, bytes),
    say,
  });
  const give = async (from: ServerChannel | ClientChannel, take: (chunk: Buffer) => Promise<void>): Promise<void> => {
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) await take(chunk);
    } catch (error) {
      const fault = Fault.from(error);
      if (fault.code === 'protocol_violation') say(`Inland ended this: ${fault.message}.`);
      target.destroy();
    }
  };
  void give(client, (chunk) => relay.requested(chunk)).then(() => target.end());
  await give(target, (chunk) => relay.replied(chunk));
  await relay.ended();
}
