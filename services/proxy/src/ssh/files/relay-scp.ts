import { Fault } from '@inland/kernel';
import type { ScpCommand } from '@inland/scp-wire';
import type { ClientChannel, ServerChannel } from 'ssh2';
import type { GatewaySession } from '../../pipeline/gateway.ts';
import { writeTo } from '../write-to.ts';
import type { AskedPaths } from './asked-paths.ts';
import { ByteSource } from './byte-source.ts';
import { ScpRelay, type ScpEnd } from './scp-relay.ts';

export interface RelayScpOptions {
  readonly client: ServerChannel;
  readonly target: ClientChannel;
  readonly session: GatewaySession;
  /** Counts from 1 within a connection. */
  readonly channel: number;
  readonly command: ScpCommand;
  /** Closed when the copy is over. */
  readonly paths: AskedPaths;
}

/** Relays a copy by `scp -O` until the target's output ends. */
export async function relayScp({ client, target, session, channel, command, paths }: RelayScpOptions): Promise<void> {
  const [ofClient, ofTarget] = [endOf(client), endOf(target)];
  try {
    await new ScpRelay({ session, channel, command, paths, client: ofClient, target: ofTarget }).run();
    target.end();
    for (let rest; (rest = await ofTarget.from.some(64 * 1024)) !== undefined;) await ofClient.write(rest);
  } catch (error) {
    const fault = Fault.from(error);
    if (fault.code === 'protocol_violation') client.stderr.write(`Inland ended this: ${fault.message}.\n`);
    target.destroy();
  } finally {
    paths.close();
  }
}

const endOf = (stream: ServerChannel | ClientChannel): ScpEnd => ({
  from: new ByteSource(stream),
  write: (bytes) => writeTo(stream, bytes),
});
